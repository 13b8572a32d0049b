#include "tsctl/engine/tuning.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>

#include <algorithm>

#include "support.h"
#include "tsctl/engine/compare.h"
#include "tsctl/engine/method_runner.h"

namespace tsctl {
namespace {

const c10::Device kCpu(c10::kCPU);

class Tuning : public testing::Test {
 protected:
  // The reason after four calls of a frozen module.
  std::string reason_after_calls(torch::jit::Module module, const at::Tensor& input) {
    module.eval();
    torch::jit::freeze(module).save(dir_.file("model.pt"));
    MethodRunner runner(
        {.model_path = dir_.file("model.pt"), .settings = {.tuning = {.onednn_graph = true}}});
    for (int i = 0; i < 4; ++i) runner.call({.args = {input}});
    return runner.tuning_reason();
  }

  test::TempDir dir_ = {};
};

TEST_F(Tuning, has_no_reason_when_nothing_is_asked_for) {
  EXPECT_EQ(apply_tuning({}, kCpu), "");
  EXPECT_EQ(at::globalContext().float32MatmulPrecision(), at::Float32MatmulPrecision::HIGHEST);
}

TEST_F(Tuning, fuses_on_the_cpu_only_with_llvm) {
  const std::string reason = apply_tuning({.fusion = Fusion::on}, kCpu);
  EXPECT_EQ(reason.empty(), has_llvm_fuser());
  EXPECT_EQ(apply_tuning({.fusion = Fusion::off}, kCpu), "");
  EXPECT_FALSE(torch::jit::tensorExprFuserEnabled());
}

TEST_F(Tuning, sets_the_precision_of_products) {
  const at::Tensor ones = at::full({64, 64}, 1.0 + 1.0 / 1024.0);
  const bool reduced = apply_tuning({.precision = Precision::bf16}, kCpu).empty();
  EXPECT_EQ(at::globalContext().float32MatmulPrecision(), at::Float32MatmulPrecision::MEDIUM);
  // Where no reason is given the products are really rounded.
  const double first = at::linear(ones, at::ones({64, 64})).flatten()[0].item<double>();
  EXPECT_TRUE(!reduced || first < 64.01) << first;
}

TEST_F(Tuning, gives_convolutions_to_onednn_graph) {
  EXPECT_EQ(reason_after_calls(test::small_network(), torch::ones({1, 2, 8, 8})), "");
}

TEST_F(Tuning, says_when_onednn_graph_took_no_part) {
  torch::jit::Module module("Sorting");
  module.define("def forward(self, x):\n  return torch.cumsum(x, 0)\n");
  module.eval();
  const std::string reason = reason_after_calls(module, torch::ones({4}));
  EXPECT_EQ(reason,
            "oneDNN Graph does not support any part of this graph; the graph ran without it");
}

TEST_F(Tuning,
       reports_its_reason_in_a_comparison_and_uses_the_tolerance_of_the_precision_that_ran) {
  test::module_from("def forward(self, x):\n  return x * 1.01\n").save(dir_.file("model.pt"));
  test::Calls calls;
  calls.add("", {torch::ones({4})}, torch::ones({4})).write(dir_.file("reference.safetensors"));
  test::SilentEvents events;
  VerifyRequest request{.model_path = dir_.file("model.pt"),
                        .reference_tensors = dir_.file("reference.safetensors")};
  EXPECT_EQ(compare(request, events).status, Match::differ);
  request.settings.tuning.precision = Precision::bf16;
  // The wider tolerance is for products that are really rounded.
  const bool rounded = apply_tuning(request.settings.tuning, kCpu).empty();
  EXPECT_EQ(compare(request, events).status, rounded ? Match::same : Match::differ);
  request.tolerance.rtol = {{.value = 1e-4}};
  EXPECT_EQ(compare(request, events).status, Match::differ);
  request.tolerance = {};
  request.settings.tuning.fusion = Fusion::on;
  const VerifyResult result = compare(request, events);
  const bool told = std::ranges::any_of(result.warnings, [](const Warning& warning) {
    return warning.code == WarningCode::tuning_not_available;
  });
  EXPECT_TRUE(told || has_llvm_fuser());
}

}  // namespace
}  // namespace tsctl
