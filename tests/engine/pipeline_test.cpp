#include "tsctl/engine/passes/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl {
namespace {

using test::error_of;

class Rewriting : public testing::Test {
 protected:
  void SetUp() override { network_.save(dir_.file("in.pt")); }

  RewriteRequest request(RewriteGoal goal) const {
    return {.goal = goal, .model_path = dir_.file("in.pt"), .output_path = dir_.file("out.pt")};
  }
  RewriteResult run(const RewriteRequest& asked) { return rewrite(asked, events_); }
  torch::jit::Module reloaded() const { return torch::jit::load(dir_.file("out.pt")); }

  static bool has_op(const torch::jit::Module& module, const std::string& method, const char* op) {
    bool found = false;
    passes::for_each_node(*module.get_method(method).graph(), [&](torch::jit::Node& node) {
      found = found || passes::is_any_of(node, {op});
    });
    return found;
  }

  static const PassRecord& record(const RewriteResult& result, const std::string& pass,
                                  const std::string& method) {
    const auto found = std::ranges::find_if(result.passes, [&](const PassRecord& candidate) {
      return candidate.pass == pass && candidate.method == method;
    });
    if (found == result.passes.end())
      throw std::out_of_range("no record of " + pass + " on " + method);
    return *found;
  }

  static double largest_difference(const at::Tensor& left, const at::Tensor& right) {
    return (left - right).abs().max().item<double>();
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
  torch::jit::Module network_ = test::small_network();
  at::Tensor input_ = torch::randn({2, 2, 8, 8});
};

TEST_F(Rewriting, freezing_is_bit_exact_and_leaves_nothing_that_trains) {
  const RewriteResult result = run(request(RewriteGoal::freeze));
  torch::jit::Module frozen = reloaded();
  EXPECT_TRUE(
      torch::equal(network_.forward({input_}).toTensor(), frozen.forward({input_}).toTensor()));
  EXPECT_EQ(frozen.parameters().size(), 0U);
  EXPECT_EQ(frozen.buffers().size(), 0U);
  EXPECT_FALSE(has_op(frozen, "forward", "aten::dropout"));
  EXPECT_FALSE(has_op(frozen, "forward", "aten::detach"));
  EXPECT_TRUE(has_op(frozen, "forward", "aten::batch_norm"));
  EXPECT_EQ(result.methods, std::vector<std::string>{"forward"});
  EXPECT_FALSE(result.was_frozen);
  const std::int64_t weights = (4 * 2 * 9 + 4) + 4 * 4 + (3 * 4 + 3);
  EXPECT_EQ(result.constants_bytes, weights * 4);
}

TEST_F(Rewriting, names_what_freezing_did) {
  const RewriteResult result = run(request(RewriteGoal::freeze));
  EXPECT_EQ(record(result, "freeze_constants", "forward").changes,
            std::vector<std::string>{"made 6 parameters and 2 buffers constant"});
  EXPECT_EQ(record(result, "remove_dropout", "forward").changes,
            std::vector<std::string>{"removed dropout at features.2"});
  const PassRecord& gradient = record(result, "remove_gradient", "forward");
  EXPECT_EQ(gradient.status, PassStatus::changed);
  EXPECT_EQ(gradient.changes.size(), 1U);
  EXPECT_EQ(gradient.nodes_after, gradient.nodes_before - 1);
}

TEST_F(Rewriting, keeps_methods_and_attributes_and_optimizes_them_like_forward) {
  RewriteRequest asked = request(RewriteGoal::optimize);
  asked.preserve = {"encode", "version"};
  const RewriteResult result = run(asked);
  torch::jit::Module optimized = reloaded();
  EXPECT_EQ(optimized.attr("version").toStringRef(), "1.2");
  for (const char* method : {"forward", "encode"}) {
    EXPECT_FALSE(has_op(optimized, method, "aten::batch_norm")) << method;
    EXPECT_FALSE(has_op(optimized, method, "aten::dropout")) << method;
    EXPECT_EQ(record(result, "fold_conv_batchnorm", method).changes,
              std::vector<std::string>{"folded batch_norm into conv2d at features.1"});
    const at::Tensor before = network_.get_method(method)({input_}).toTensor();
    const at::Tensor after = optimized.get_method(method)({input_}).toTensor();
    EXPECT_LE(largest_difference(before, after), 1e-5 * before.abs().max().item<double>())
        << method;
  }
  EXPECT_EQ(std::set<std::string>(result.methods.begin(), result.methods.end()),
            (std::set<std::string>{"forward", "encode"}));
}

TEST_F(Rewriting, records_every_pass_of_the_list_in_its_order) {
  const RewriteResult result = run(request(RewriteGoal::optimize));
  std::vector<std::string> names;
  for (const PassRecord& pass : result.passes) names.push_back(pass.pass);
  std::vector<std::string> listed;
  for (const PassInfo& pass : kPasses) listed.emplace_back(pass.name);
  EXPECT_EQ(names, listed);
  for (const PassRecord& pass : result.passes) {
    EXPECT_TRUE(pass.status == PassStatus::changed || pass.nodes_before == pass.nodes_after)
        << pass.pass;
    EXPECT_GT(pass.nodes_before, 0) << pass.pass;
  }
}

TEST_F(Rewriting, leaves_out_a_disabled_pass) {
  RewriteRequest asked = request(RewriteGoal::optimize);
  asked.disabled_passes = {"fold_conv_batchnorm", "remove_dropout"};
  const RewriteResult result = run(asked);
  EXPECT_EQ(record(result, "fold_conv_batchnorm", "forward").status, PassStatus::disabled);
  EXPECT_TRUE(has_op(reloaded(), "forward", "aten::batch_norm"));
  EXPECT_TRUE(has_op(reloaded(), "forward", "aten::dropout"));
}

TEST_F(Rewriting, folds_one_operation_after_another) {
  torch::jit::Module module("Chain");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("weight", torch::randn({4, 2, 3, 3}), false);
  module.register_parameter("scale", torch::rand({1, 4, 1, 1}) + 0.5, false);
  module.register_parameter("shift", torch::randn({1, 4, 1, 1}), false);
  module.define(R"(
def forward(self, x):
  return (torch.conv2d(x, self.weight) * self.scale + self.shift) / 2.0
)");
  module.save(dir_.file("in.pt"));
  const RewriteResult result = run(request(RewriteGoal::optimize));
  EXPECT_EQ(record(result, "fold_conv_mul_div", "forward").changes.size(), 2U);
  EXPECT_EQ(record(result, "fold_conv_add_sub", "forward").changes.size(), 1U);
  torch::jit::Module optimized = reloaded();
  for (const char* op : {"aten::mul", "aten::add", "aten::div"})
    EXPECT_FALSE(has_op(optimized, "forward", op)) << op;
  const at::Tensor before = module.forward({input_}).toTensor();
  EXPECT_LE(largest_difference(before, optimized.forward({input_}).toTensor()),
            1e-5 * before.abs().max().item<double>());
}

TEST_F(Rewriting, keeps_a_detach_whose_shape_is_changed_in_place) {
  torch::jit::Module module("Detached");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define("def forward(self, x):\n  y = x.detach()\n  y.unsqueeze_(0)\n  return x, y\n");
  module.save(dir_.file("in.pt"));
  run(request(RewriteGoal::freeze));
  const auto result = reloaded().forward({torch::ones({3})}).toTuple();
  EXPECT_EQ(result->elements()[0].toTensor().dim(), 1);
  EXPECT_EQ(result->elements()[1].toTensor().dim(), 2);
}

TEST_F(Rewriting, puts_a_model_in_train_mode_into_eval_mode) {
  network_.train();
  network_.save(dir_.file("in.pt"));
  network_.eval();
  const RewriteResult result = run(request(RewriteGoal::freeze));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, WarningCode::was_training);
  EXPECT_EQ(events_.warnings.size(), 1U);
  EXPECT_TRUE(
      torch::equal(network_.forward({input_}).toTensor(), reloaded().forward({input_}).toTensor()));
}

TEST_F(Rewriting, warns_of_dropout_that_was_captured_active) {
  torch::jit::Module module("Captured");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define("def forward(self, x):\n  return torch.dropout(x, 0.5, True)\n");
  module.save(dir_.file("in.pt"));
  const RewriteResult result = run(request(RewriteGoal::freeze));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, WarningCode::active_dropout);
}

TEST_F(Rewriting, optimizes_a_frozen_file_with_all_that_it_kept) {
  RewriteRequest first = request(RewriteGoal::freeze);
  first.preserve = {"encode", "version"};
  first.output_path = dir_.file("frozen.pt");
  run(first);
  RewriteRequest second = request(RewriteGoal::optimize);
  second.model_path = dir_.file("frozen.pt");
  const RewriteResult result = run(second);
  EXPECT_TRUE(result.was_frozen);
  EXPECT_EQ(record(result, "freeze_constants", "forward")
                .changes.front()
                .find("the file was frozen already"),
            0U);
  torch::jit::Module optimized = reloaded();
  EXPECT_FALSE(has_op(optimized, "forward", "aten::batch_norm"));
  EXPECT_FALSE(has_op(optimized, "encode", "aten::batch_norm"));
  EXPECT_EQ(optimized.attr("version").toStringRef(), "1.2");
}

TEST_F(Rewriting, refuses_to_preserve_a_method_of_a_submodule) {
  RewriteRequest asked = request(RewriteGoal::optimize);
  asked.preserve = {"features.forward"};
  const Error error = error_of([&] { run(asked); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(),
               "--preserve features.forward: only methods of the model itself can be preserved");
}

TEST_F(Rewriting, preserves_an_attribute_of_a_submodule) {
  RewriteRequest asked = request(RewriteGoal::optimize);
  asked.preserve = {"classifier.weight"};
  run(asked);
  const torch::jit::Module classifier = reloaded().attr("classifier").toModule();
  EXPECT_EQ(classifier.attr("weight").toTensor().dim(), 2);
}

TEST_F(Rewriting, refuses_an_unknown_name_to_preserve) {
  RewriteRequest asked = request(RewriteGoal::freeze);
  asked.preserve = {"decode"};
  const Error error = error_of([&] { run(asked); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(),
               "--preserve decode: the model has no method or attribute of that name");
  EXPECT_EQ(error.hint(), "its methods: encode, forward");
  EXPECT_FALSE(std::filesystem::exists(dir_.file("out.pt")));
}

TEST_F(Rewriting, refuses_to_work_without_freezing) {
  RewriteRequest asked = request(RewriteGoal::optimize);
  asked.disabled_passes = {"freeze_constants"};
  EXPECT_EQ(error_of([&] { run(asked); }).kind(), ErrorKind::usage);
}

TEST_F(Rewriting, needs_a_method_to_keep) {
  torch::jit::Module module("Silent");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define("def encode(self, x):\n  return x + 1\n");
  module.save(dir_.file("in.pt"));
  const Error error = error_of([&] { run(request(RewriteGoal::freeze)); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.hint(), "name one with --preserve; its methods: encode");
  RewriteRequest asked = request(RewriteGoal::freeze);
  asked.preserve = {"encode"};
  EXPECT_EQ(run(asked).methods, std::vector<std::string>{"encode"});
}

TEST_F(Rewriting, says_when_the_disk_is_full) {
  RewriteRequest asked = request(RewriteGoal::freeze);
  asked.output_path = "/dev/full";
  const Error error = error_of([&] { run(asked); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "'/dev/full' cannot be written: No space left on device");
}

}  // namespace
}  // namespace tsctl
