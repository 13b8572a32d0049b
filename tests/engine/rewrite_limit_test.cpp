// RewriteRequest::rewrite_limit, which optimize --bisect searches by.
#include <gtest/gtest.h>

#include <sstream>

#include "packed_support.h"
#include "tsctl/core/bisect.h"
#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/pipeline.h"

namespace tsctl {
namespace {

using passes::Pass;
using passes::PassContext;
using torch::jit::Node;

constexpr PassInfo kWrongPass{.name = "wrong_pass", .goal = RewriteGoal::optimize};

std::vector<Node*> nodes_named(torch::jit::Graph& graph, const char* op) {
  std::vector<Node*> found;
  passes::for_each_node(graph, [&](Node& node) {
    if (passes::is_any_of(node, {op})) found.push_back(&node);
  });
  return found;
}

// Puts relu(x) in the place of each tanh(relu(x)); that is wrong wherever x is not 0.
void replace_tanh(PassContext& context) {
  for (Node* node : nodes_named(*context.graph(), "aten::tanh")) {
    if (!context.may_rewrite(*node)) continue;
    context.rewrote("replaced tanh at " + context.place_of(*node));
    node->output()->replaceAllUsesWith(node->input(0));
    node->destroy();
  }
}

class RewriteLimit : public testing::Test {
 protected:
  // Optimizes in.pt with the first `limit` rewrites, with the wrong pass as the last one.
  RewriteResult run(std::optional<std::int64_t> limit, bool with_wrong_pass = false) {
    std::vector<Pass> passes(passes::listed_passes().begin(), passes::listed_passes().end());
    if (with_wrong_pass) passes.push_back({.info = kWrongPass, .on_method = replace_tanh});
    return rewrite_with(passes,
                        {.goal = RewriteGoal::optimize,
                         .model_path = dir_.file("in.pt"),
                         .output_path = dir_.file("out.pt"),
                         .inputs_tensors = inputs_,
                         .kernels = KernelChoice::onednn,
                         .rewrite_limit = limit},
                        events_, ir_);
  }
  torch::jit::Module reloaded() const { return torch::jit::load(dir_.file("out.pt")); }
  void save(const torch::jit::Module& module, const at::Tensor& input) {
    module.save(dir_.file("in.pt"));
    inputs_ = dir_.file("calls.safetensors");
    test::Calls().add("", {input}).write(inputs_);
  }
  bool differs(torch::jit::Module module, const at::Tensor& input) const {
    return !at::allclose(module.forward({input}).toTensor(), reloaded().forward({input}).toTensor(),
                         1e-4, 1e-4);
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
  std::ostringstream ir_ = {};
  std::string inputs_ = {};
};

// A convolution with a batch norm, twice, then a linear layer that is packed.
torch::jit::Module two_blocks() {
  return test::model_of({{"w1", torch::randn({8, 4, 3, 3})},
                         {"w2", torch::randn({8, 8, 3, 3})},
                         {"m", torch::randn({8})},
                         {"v", torch::rand({8}) + 0.5},
                         {"w", torch::randn({256, 512})}},
                        R"(
def norm(self, x):
  return torch.batch_norm(x, None, None, self.m, self.v, False, 0.1, 1e-5, True)
def forward(self, x):
  x = torch.relu(self.norm(torch.conv2d(x, self.w1, None, [1, 1], [1, 1])))
  x = torch.tanh(torch.relu(self.norm(torch.conv2d(x, self.w2, None, [1, 1], [1, 1]))))
  return torch.linear(torch.flatten(x, 1), self.w)
)");
}

TEST_F(RewriteLimit, every_number_of_rewrites_gives_a_right_file_that_has_more_of_them) {
  const torch::jit::Module module = two_blocks();
  const at::Tensor input = torch::randn({16, 4, 8, 8});
  save(module, input);
  const RewriteResult all = run({});
  EXPECT_GT(all.rewrites, 4);
  std::int64_t norms = 2;
  for (std::int64_t limit = 0; limit <= all.rewrites; ++limit) {
    const RewriteResult some = run(limit);
    EXPECT_FALSE(differs(module, input)) << "with " << limit << " rewrites";
    const torch::jit::Module file = reloaded();
    const auto left = static_cast<std::int64_t>(
        nodes_named(*file.get_method("forward").graph(), "aten::batch_norm").size());
    EXPECT_TRUE(left == norms || left == norms - 1) << "with " << limit << " rewrites";
    if (left < norms) {
      EXPECT_EQ(some.last_rewrite.pass, "fold_conv_batchnorm");
      EXPECT_EQ(some.last_rewrite.operation, "batch_norm");
    }
    norms = left;
  }
  EXPECT_EQ(norms, 0);
  EXPECT_EQ(packed::packed_layers(reloaded()).size(), all.packed_layers.size());
}

TEST_F(RewriteLimit, without_any_rewrite_the_model_is_only_frozen) {
  save(two_blocks(), torch::randn({16, 4, 8, 8}));
  const RewriteResult none = run(0);
  EXPECT_TRUE(none.last_rewrite.pass.empty());
  for (const PassRecord& record : none.passes) {
    if (record.pass == "freeze_constants") continue;
    EXPECT_EQ(record.rewritten, 0) << record.pass;
  }
  EXPECT_TRUE(reloaded().parameters().size() == 0);
}

TEST_F(RewriteLimit, finds_the_rewrite_of_a_wrong_pass_by_halving) {
  const torch::jit::Module module = two_blocks();
  const at::Tensor input = torch::randn({16, 4, 8, 8});
  save(module, input);
  const RewriteResult all = run({}, /*with_wrong_pass=*/true);
  ASSERT_TRUE(differs(module, input));
  Rewrite last = all.last_rewrite;
  const std::int64_t guilty = first_bad(all.rewrites, [&](std::int64_t limit) {
    const RewriteResult some = run(limit, /*with_wrong_pass=*/true);
    const bool is_bad = differs(module, input);
    if (is_bad) last = some.last_rewrite;
    return is_bad;
  });
  EXPECT_EQ(guilty, all.rewrites);
  EXPECT_EQ(last.pass, "wrong_pass");
  EXPECT_EQ(last.method, "forward");
  EXPECT_EQ(last.operation, "tanh");
  EXPECT_FALSE(last.place.empty());
}

TEST_F(RewriteLimit, does_not_time_unless_asked_and_then_leaves_nothing_out) {
  save(two_blocks(), torch::randn({16, 4, 8, 8}));
  EXPECT_FALSE(run({}).is_slower);
  const RewriteResult timed = rewrite({.goal = RewriteGoal::optimize,
                                       .model_path = dir_.file("in.pt"),
                                       .output_path = dir_.file("out.pt"),
                                       .inputs_tensors = inputs_,
                                       .kernels = KernelChoice::onednn,
                                       .time_result = true},
                                      events_);
  EXPECT_TRUE(timed.warnings.empty());
  EXPECT_FALSE(timed.packed_layers.empty());
}

}  // namespace
}  // namespace tsctl
