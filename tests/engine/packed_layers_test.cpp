// A file with packed layers behaves like a plain one.
#include "tsctl/engine/packed/packed_layers.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <filesystem>
#include <set>
#include <thread>

#include "packed_support.h"
#include "tsctl/engine/compare.h"
#include "tsctl/engine/passes/pipeline.h"

namespace tsctl {
namespace {

using packed::Kernel;
using test::conv_of;
using test::model_of;

using Words = std::vector<std::string>;

class PackedLayers : public test::Packing {
 protected:
  // Two convolutions with a residual, and two linear layers: all four are packed.
  static torch::jit::Module network() {
    torch::manual_seed(1);
    return model_of({{"w", torch::randn({16, 16, 3, 3}) / 12},
                     {"b", torch::randn({16})},
                     {"w1", torch::randn({256, 16}) / 4},
                     {"w2", torch::randn({64, 256}) / 16}},
                    "def forward(self, x):\n  y = torch.relu(" + conv_of("x") + ")\n" +
                        "  y = torch.relu(" + conv_of("torch.tanh(y)") + " + y)\n" +
                        "  y = y.permute([0, 2, 3, 1])\n"
                        "  y = torch.gelu(torch.linear(y, self.w1, None))\n"
                        "  return torch.linear(y, self.w2, None)\n");
  }
  static at::Tensor image(std::int64_t batch = 2) { return torch::randn({batch, 16, 12, 14}); }

  torch::jit::Module optimized(KernelChoice kernels = KernelChoice::onednn) {
    auto fast = packed(network(), {{image()}}, {.kernels = kernels});
    EXPECT_EQ(packed::packed_layers(fast).size(), 4U);
    return fast;
  }

  static void expect_packed(const torch::jit::Module& module, Kernel linear, Kernel conv) {
    const auto layers = packed::packed_layers(module);
    EXPECT_EQ(layers.size(), 4U);
    for (const torch::jit::Module& layer : layers) {
      const bool is_conv = packed::is_packed_conv(*layer.type());
      EXPECT_EQ(packed::kernel_of(layer), is_conv ? conv : linear);
      EXPECT_EQ(layer.attr("packed").toTensorVector().size(), 1U);
    }
  }

  void expect_same_as_network(const torch::jit::Module& module) {
    expect_same(network(), module, {image()});
    expect_same(network(), module, {image(1)});
  }
};

TEST_F(PackedLayers, equal_the_plain_ones_with_each_kernel) {
  const auto fast = optimized();
  EXPECT_EQ(packed::kernels_of(fast), (std::vector{Kernel::plain, Kernel::mkl, Kernel::onednn}));
  expect_same_with_each_kernel(network(), fast, {image()});
  expect_same_with_each_kernel(network(), fast, {image(3)});
}

TEST_F(PackedLayers, are_packed_after_a_second_save) {
  const auto again = reloaded(optimized());
  expect_packed(again, Kernel::onednn, Kernel::onednn);
  expect_same_as_network(again);
  const auto third = reloaded(again);
  expect_packed(third, Kernel::onednn, Kernel::onednn);
  expect_same_as_network(third);
}

TEST_F(PackedLayers, hold_their_weights_once_in_the_file) {
  optimized();
  const auto weights =
      static_cast<std::uintmax_t>(4 * (2 * (16 * 16 * 9 + 16) + 256 * 16 + 64 * 256));
  EXPECT_LT(std::filesystem::file_size(dir_.file("out.pt")), weights + 100'000);
}

TEST_F(PackedLayers, share_weights_that_the_model_shares) {
  torch::manual_seed(1);
  const auto plain = model_of({{"w", torch::randn({512, 512}) / 16}},
                              "def forward(self, x):\n  y = torch.linear(x, self.w, None)\n"
                              "  return torch.linear(torch.tanh(y) * 2, self.w, None)\n");
  const auto fast = packed(plain, {{torch::randn({32, 512})}}, 2);
  expect_same_with_each_kernel(plain, fast, {torch::randn({32, 512})});
  EXPECT_LT(std::filesystem::file_size(dir_.file("out.pt")), 512U * 512U * 4U * 3U / 2U);
  const auto layers = packed::packed_layers(fast);
  EXPECT_TRUE(layers[0].attr("weight").toTensor().is_alias_of(layers[1].attr("weight").toTensor()));
}

TEST_F(PackedLayers, have_neither_parameters_nor_buffers) {
  const auto fast = optimized();
  EXPECT_EQ(fast.parameters().size(), 0U);
  EXPECT_EQ(fast.buffers().size(), 0U);
}

TEST_F(PackedLayers, survive_deepcopy) {
  for (const KernelChoice kernels : {KernelChoice::onednn, KernelChoice::mkl}) {
    auto copy = optimized(kernels).deepcopy();  // the first module is gone
    expect_same_as_network(copy);
    for (const torch::jit::Module& layer : packed::packed_layers(copy)) {
      if (kernels == KernelChoice::mkl) continue;
      EXPECT_EQ(packed::kernel_of(layer), Kernel::onednn);
    }
  }
}

TEST_F(PackedLayers, survive_clone) {
  for (const KernelChoice kernels : {KernelChoice::onednn, KernelChoice::mkl}) {
    const auto fast = optimized(kernels);
    expect_same_as_network(fast.clone());
    expect_same_as_network(fast.clone().clone());
  }
}

// A clone of a clone may lie where the original lay.
TEST_F(PackedLayers, survive_clones_of_clones_whose_originals_are_gone) {
  torch::jit::Module module = optimized(KernelChoice::mkl);
  for (int i = 0; i < 40; ++i) {
    module = module.clone();
    ASSERT_TRUE(test::agree(network().forward({torch::ones({2, 16, 12, 14})}),
                            module.forward({torch::ones({2, 16, 12, 14})})))
        << i;
  }
}

TEST_F(PackedLayers, can_be_frozen_in_memory) {
  for (const KernelChoice kernels : {KernelChoice::onednn, KernelChoice::mkl}) {
    auto fast = optimized(kernels);
    const auto frozen = torch::jit::freeze_module(fast);
    expect_same_as_network(frozen);
  }
}

TEST_F(PackedLayers, run_without_the_graph_optimizer) {
  const torch::jit::GraphOptimizerEnabledGuard off(false);
  expect_same_as_network(optimized());
}

TEST_F(PackedLayers, run_with_another_number_of_threads_than_at_load) {
  const int threads = at::get_num_threads();
  optimized(KernelChoice::mkl);
  for (const auto& [at_load, at_run] : std::vector<std::pair<int, int>>{{2, 1}, {1, 2}}) {
    at::set_num_threads(at_load);
    const auto fast = torch::jit::load(dir_.file("out.pt"));
    at::set_num_threads(at_run);
    expect_same_with_each_kernel(network(), fast, {image()});
  }
  at::set_num_threads(threads);
}

TEST_F(PackedLayers, are_called_by_several_threads_at_once) {
  auto fast = optimized();
  const at::Tensor x = image();
  for (const Kernel kernel : packed::kernels_of(fast)) {
    packed::force_kernel(fast, kernel);
    const at::Tensor expected = network().forward({x}).toTensor();
    std::vector<int> right(4, 0);
    std::vector<std::thread> threads;
    for (int& count : right) {
      threads.emplace_back([&] {
        const c10::InferenceMode inference;
        torch::jit::Module mine = fast;
        for (int call = 0; call < 20; ++call)
          count += test::agree(expected, mine.forward({x})) ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, std::vector<int>(4, 20)) << packed::kernel_name(kernel);
  }
}

TEST_F(PackedLayers, are_loaded_by_several_threads_at_once) {
  optimized(KernelChoice::automatic);
  const at::Tensor x = image();
  const at::Tensor expected = network().forward({x}).toTensor();
  std::vector<int> right(4, 0);
  std::vector<std::thread> threads;
  for (int& count : right) {
    threads.emplace_back([&] {
      auto fast = torch::jit::load(dir_.file("out.pt"));
      count = test::agree(expected, fast.forward({x})) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, 1));
}

TEST_F(PackedLayers, share_one_table_that_is_not_stored) {
  const auto fast = optimized(KernelChoice::automatic);
  std::set<const void*> tables;
  for (const torch::jit::Module& layer : packed::packed_layers(fast)) {
    const auto table = layer.attr("table");
    tables.insert(table.internalToPointer());
    const auto entries = table.toGenericDict();
    EXPECT_TRUE(entries.contains(layer.attr("key")));
    EXPECT_TRUE(entries.contains("spent"));
    const auto kernel = entries.at(layer.attr("key")).toIntList();
    EXPECT_EQ(kernel.get(0), layer.attr("kernel").toInt());
  }
  EXPECT_EQ(tables.size(), 1U);
  const auto layers = packed::packed_layers(fast);
  layers[0].get_method("__getstate__")({});
  EXPECT_TRUE(layers[1].attr("table").toGenericDict().empty());
}

TEST_F(PackedLayers, measure_once_for_each_size) {
  const auto fast = optimized(KernelChoice::automatic);
  // Two convolutions of one size of which one is followed by relu alone and one by a sum and relu: one entry; two
  // linear layers; and the time spent.
  EXPECT_EQ(packed::packed_layers(fast)[0].attr("table").toGenericDict().size(), 4U);
}

TEST_F(PackedLayers, take_the_stored_kernel_once_the_time_is_spent) {
  const auto fast = optimized(KernelChoice::automatic);
  for (const Kernel stored : {Kernel::plain, Kernel::onednn}) {
    for (const torch::jit::Module& layer : packed::packed_layers(fast)) {
      layer._ivalue()->setAttr("limit", std::int64_t{0});
      layer._ivalue()->setAttr("stored", static_cast<std::int64_t>(stored));
    }
    const auto again = reloaded(fast);
    for (const torch::jit::Module& layer : packed::packed_layers(again))
      EXPECT_EQ(packed::kernel_of(layer), stored);
    expect_same_as_network(again);
  }
}

TEST_F(PackedLayers, measure_when_they_are_loaded_and_have_time) {
  auto fast = optimized(KernelChoice::automatic);
  for (const torch::jit::Module& layer : packed::packed_layers(fast)) {
    EXPECT_FALSE(layer.attr("fixed").toBool());
    EXPECT_EQ(layer.attr("limit").toInt(), 200'000'000);
    EXPECT_GT(layer.attr("table").toGenericDict().at("spent").toIntList().get(0), 0);
  }
}

TEST_F(PackedLayers, take_what_was_measured_at_writing_if_fixed) {
  const auto fast = optimized(KernelChoice::fixed);
  std::size_t number = 0;
  for (const torch::jit::Module& layer : packed::packed_layers(fast)) {
    EXPECT_TRUE(layer.attr("fixed").toBool());
    EXPECT_TRUE(layer.attr("table").toGenericDict().empty());
    EXPECT_EQ(layer.attr("kernel").toInt(), layer.attr("stored").toInt());
    EXPECT_FALSE(result_.packed_layers[number++].kernel.empty());
  }
  for (const Kernel stored : {Kernel::plain, Kernel::onednn}) {
    for (const torch::jit::Module& layer : packed::packed_layers(fast))
      layer._ivalue()->setAttr("stored", static_cast<std::int64_t>(stored));
    for (const torch::jit::Module& layer : packed::packed_layers(reloaded(fast)))
      EXPECT_EQ(packed::kernel_of(layer), stored);
  }
}

TEST_F(PackedLayers, take_the_kernel_that_was_asked_for_or_the_plain_one) {
  const auto mkl = optimized(KernelChoice::mkl);
  for (const torch::jit::Module& layer : packed::packed_layers(mkl)) {
    EXPECT_TRUE(layer.attr("fixed").toBool());
    EXPECT_EQ(packed::kernel_of(layer),
              packed::is_packed_conv(*layer.type()) ? Kernel::plain : Kernel::mkl);
  }
  expect_packed(optimized(KernelChoice::onednn), Kernel::onednn, Kernel::onednn);
}

// The file that is timed is the one that stays, unless it becomes another one.
TEST_F(PackedLayers, are_in_the_file_after_it_was_timed) {
  for (const bool keeps_heap : {false, true}) {
    const auto fast =
        packed(network(), {{image()}},
               {.kernels = KernelChoice::onednn, .time_result = true, .keep_heap = keeps_heap});
    EXPECT_EQ(packed::packed_layers(fast).size(), 4U);
    EXPECT_EQ(fast.hasattr("heap"), keeps_heap);
    expect_same_as_network(fast);
  }
}

TEST_F(PackedLayers, are_packed_for_forward_only_and_keep_other_methods) {
  torch::manual_seed(1);
  const auto plain = model_of({{"w", torch::randn({256, 256}) / 16}}, R"(
def encode(self, x):
  return torch.relu(torch.linear(x, self.w, None))

def forward(self, x):
  return torch.linear(self.encode(x), self.w, None)
)");
  const at::Tensor x = torch::randn({32, 256});
  const auto fast = packed(plain, {{x}}, {.preserve = {"encode"}, .kernels = KernelChoice::onednn});
  EXPECT_EQ(packed::packed_layers(fast).size(), 2U);
  expect_same(plain, fast, {x});
  EXPECT_TRUE(test::agree(plain.get_method("encode")({x}), fast.get_method("encode")({x})));
}

TEST_F(PackedLayers, are_compared_with_each_kernel_on_the_first_set_if_the_file_is_slow) {
  optimized();
  auto plain = network();
  test::Calls calls;
  for (const std::string label : {"a", "b", "c"}) {
    const at::Tensor x = image();
    calls.add(label, {x}, plain.forward({x}).toTensor());
  }
  calls.write(dir_.file("reference.safetensors"));
  const auto compared = [&](double slow_calls_s) {
    VerifyRequest request{.model_path = dir_.file("out.pt"),
                          .reference_tensors = dir_.file("reference.safetensors"),
                          .slow_calls_s = slow_calls_s};
    request.tolerance.rtol = {{"", 1e-3}};
    return compare(request, events_);
  };
  EXPECT_TRUE(compared(600.0).warnings.empty());
  const VerifyResult slow = compared(0.0);
  EXPECT_EQ(slow.kernels.size(), packed::kernels_of(torch::jit::load(dir_.file("out.pt"))).size());
  ASSERT_EQ(slow.warnings.size(), 2U);
  EXPECT_EQ(slow.warnings[1].text,
            "each kernel of the packed layers is compared for 0 s: at least one of them ran only "
            "the first 1 of 3 input sets");
}

TEST_F(PackedLayers, are_unpacked_before_they_are_optimized_or_frozen_again) {
  auto plain = network();
  plain.register_attribute("version", c10::StringType::get(), "1.2");
  packed(plain, {{image()}}, {.preserve = {"version"}, .kernels = KernelChoice::onednn});
  for (const RewriteGoal goal : {RewriteGoal::freeze, RewriteGoal::optimize}) {
    const RewriteResult result = rewrite({.goal = goal,
                                          .model_path = dir_.file("out.pt"),
                                          .output_path = dir_.file("twice.pt"),
                                          .preserve = {"version"},
                                          .inputs_tensors = dir_.file("calls.safetensors"),
                                          .kernels = KernelChoice::onednn},
                                         events_);
    auto twice = torch::jit::load(dir_.file("twice.pt"));
    EXPECT_EQ(packed::packed_layers(twice).size(), goal == RewriteGoal::freeze ? 0U : 4U);
    EXPECT_TRUE(result.was_frozen);
    EXPECT_EQ(twice.attr("version").toStringRef(), "1.2");
    expect_same_as_network(twice);
  }
}

}  // namespace
}  // namespace tsctl
