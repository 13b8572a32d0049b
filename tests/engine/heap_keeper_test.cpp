#include "tsctl/engine/heap_keeper.h"

#include <gtest/gtest.h>

#include <string>

#include "packed_support.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/passes/pipeline.h"

namespace tsctl {
namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{31} << 20;

class HeapKeeper : public test::Packing {
 protected:
  RewriteResult run(const std::string& from, const std::string& to, RewriteGoal goal,
                    std::optional<bool> keep_heap) {
    return rewrite({.goal = goal,
                    .model_path = dir_.file(from),
                    .output_path = dir_.file(to),
                    .inputs_tensors = inputs_,
                    .kernels = KernelChoice::onednn,
                    .keep_heap = keep_heap},
                   events_);
  }
  torch::jit::Module loaded(const std::string& name) const {
    return torch::jit::load(dir_.file(name));
  }
  // What loading the file stored: that its __setstate__ ran.
  static std::int64_t block_of(const torch::jit::Module& module, const std::string& name = "heap") {
    return module.attr(name).toModule().attr("block_bytes").toInt();
  }
  // Declares inputs, so that layers are packed.
  void declare(const at::Tensor& input) {
    inputs_ = dir_.file("calls.safetensors");
    test::Calls().add("B=32", {input}).write(inputs_);
  }

  std::string inputs_ = {};
};

TEST_F(HeapKeeper, is_in_the_file_only_if_asked_for) {
  test::small_network().save(dir_.file("in.pt"));
  EXPECT_FALSE(run("in.pt", "out.pt", RewriteGoal::optimize, {}).keeps_heap);
  EXPECT_FALSE(loaded("out.pt").hasattr("heap"));
}

TEST_F(HeapKeeper, changes_no_output_of_a_plain_file) {
  torch::jit::Module network = test::small_network();
  network.save(dir_.file("in.pt"));
  const RewriteResult result = run("in.pt", "out.pt", RewriteGoal::optimize, true);
  EXPECT_TRUE(result.keeps_heap);
  torch::jit::Module kept = loaded("out.pt");
  EXPECT_EQ(block_of(kept), kBlockBytes);
  EXPECT_TRUE(is_frozen(kept));
  const at::Tensor input = torch::randn({2, 2, 8, 8});
  EXPECT_TRUE(test::agree(network.forward({input}), kept.forward({input})));
  kept.save(dir_.file("again.pt"));
  EXPECT_EQ(block_of(loaded("again.pt")), kBlockBytes);
}

TEST_F(HeapKeeper, stays_when_the_file_is_rewritten_and_goes_if_asked) {
  test::small_network().save(dir_.file("in.pt"));
  run("in.pt", "kept.pt", RewriteGoal::optimize, true);
  EXPECT_TRUE(run("kept.pt", "optimized.pt", RewriteGoal::optimize, {}).keeps_heap);
  EXPECT_EQ(block_of(loaded("optimized.pt")), kBlockBytes);
  EXPECT_TRUE(run("kept.pt", "frozen.pt", RewriteGoal::freeze, {}).keeps_heap);
  EXPECT_EQ(block_of(loaded("frozen.pt")), kBlockBytes);
  EXPECT_FALSE(run("kept.pt", "plain.pt", RewriteGoal::optimize, false).keeps_heap);
  EXPECT_FALSE(loaded("plain.pt").hasattr("heap"));
  // It is there once, however often it was asked for.
  run("kept.pt", "twice.pt", RewriteGoal::optimize, true);
  EXPECT_FALSE(loaded("twice.pt").hasattr("heap_1"));
}

TEST_F(HeapKeeper, goes_with_packed_layers) {
  const at::Tensor input = torch::randn({32, 256});
  declare(input);
  torch::jit::Module plain = test::linear_model();
  plain.save(dir_.file("in.pt"));
  run("in.pt", "packed.pt", RewriteGoal::optimize, true);
  torch::jit::Module packed = loaded("packed.pt");
  EXPECT_EQ(block_of(packed), kBlockBytes);
  EXPECT_EQ(packed::packed_layers(packed).size(), 1U);
  EXPECT_TRUE(test::agree(plain.forward({input}), packed.forward({input})));
  EXPECT_TRUE(test::agree(plain.forward({input}), packed.clone().forward({input})));
  EXPECT_TRUE(test::agree(plain.forward({input}), packed.deepcopy().forward({input})));
  run("packed.pt", "frozen.pt", RewriteGoal::freeze, {});
  torch::jit::Module frozen = loaded("frozen.pt");
  EXPECT_EQ(block_of(frozen), kBlockBytes);
  EXPECT_TRUE(packed::packed_layers(frozen).empty());
  EXPECT_TRUE(test::agree(plain.forward({input}), frozen.forward({input})));
}

TEST_F(HeapKeeper, takes_a_name_that_is_free) {
  torch::jit::Module module = test::module_from("def forward(self, x):\n  return x\n");
  module.register_attribute("heap", c10::IntType::get(), 1);
  add_heap_keeper(module);
  EXPECT_EQ(block_of(module, "heap_1"), kBlockBytes);
  EXPECT_TRUE(remove_heap_keeper(module));
  EXPECT_FALSE(module.hasattr("heap_1"));
  EXPECT_EQ(module.attr("heap").toInt(), 1);
  EXPECT_FALSE(remove_heap_keeper(module));
}

}  // namespace
}  // namespace tsctl
