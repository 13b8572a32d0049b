#include <gtest/gtest.h>

#include <limits>

#include "packed_support.h"

namespace tsctl {
namespace {

using packed::Kernel;
using test::Inputs;
using test::linear_model;

using Words = std::vector<std::string>;

class PackedLinear : public test::Packing {};

TEST_F(PackedLinear, equals_the_plain_one_for_declared_and_other_sizes) {
  const auto plain = linear_model();
  const auto fast = packed(plain, {{torch::randn({32, 256})}}, 1);
  EXPECT_EQ(operations(), Words{"linear"});
  for (const std::vector<std::int64_t>& size :
       std::vector<std::vector<std::int64_t>>{{32, 256},
                                              {33, 256},
                                              {7, 256},
                                              {4, 256},
                                              {3, 256},
                                              {1, 256},
                                              {256},
                                              {2, 16, 256},
                                              {2, 2, 8, 256},
                                              {0, 256},
                                              {300, 256}}) {
    SCOPED_TRACE(testing::PrintToString(size));
    expect_same_with_each_kernel(plain, fast, {torch::randn(size)});
  }
}

TEST_F(PackedLinear, takes_one_row_without_a_leading_size) {
  torch::manual_seed(1);
  const auto plain =
      test::model_of({{"w", torch::randn({1024, 1024})}, {"b", torch::randn({1024})}},
                     "def forward(self, x):\n  return torch.linear(x, self.w, "
                     "self.b)\n");
  const auto fast = packed(plain, {{torch::randn({1, 1024})}}, 1);
  expect_same_with_each_kernel(plain, fast, {torch::randn({1024})});
  expect_same_with_each_kernel(plain, fast, {torch::randn({1, 1, 1, 1024})});
}

TEST_F(PackedLinear, raises_for_wrong_sizes_as_before) {
  const auto plain = linear_model();
  auto fast = packed(plain, {{torch::randn({32, 256})}}, 1);
  for (const Inputs& wrong : {Inputs{torch::randn({32, 255})}, Inputs{torch::randn({256, 32})},
                              Inputs{torch::randn({})}, Inputs{torch::randn({64, 128})}}) {
    expect_same_with_each_kernel(plain, fast, wrong);
    EXPECT_ANY_THROW(fast.forward(test::stack_of(wrong)));
  }
}

TEST_F(PackedLinear, raises_for_other_dtypes_as_before) {
  const auto plain = linear_model();
  auto fast = packed(plain, {{torch::randn({32, 256})}}, 1);
  for (const auto dtype : {torch::kDouble, torch::kHalf, torch::kBFloat16, torch::kLong}) {
    const at::Tensor x = torch::ones({32, 256}, dtype);
    expect_same_with_each_kernel(plain, fast, {x});
    EXPECT_ANY_THROW(fast.forward({x}));
  }
}

TEST_F(PackedLinear, takes_inputs_that_are_not_contiguous) {
  const auto plain = linear_model();
  const auto fast = packed(plain, {{torch::randn({32, 256})}}, 1);
  expect_same_with_each_kernel(plain, fast, {torch::randn({256, 32}).t()});
  expect_same_with_each_kernel(plain, fast,
                               {torch::randn({64, 512}).slice(0, 0, 64, 2).slice(1, 0, 512, 2)});
  expect_same_with_each_kernel(plain, fast, {torch::randn({1, 256}).expand({32, 256})});
  expect_same_with_each_kernel(plain, fast, {torch::randn({4, 256, 8}).transpose(1, 2)});
}

TEST_F(PackedLinear, fuses_each_activation) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"torch.relu(y)", "relu"},        {"torch.relu_(y)", "relu"},
      {"torch.gelu(y)", "gelu"},        {"torch.gelu(y, approximate=\"tanh\")", "gelu"},
      {"torch.silu(y)", "silu"},        {"torch.hardswish(y)", "hardswish"},
      {"torch.sigmoid(y)", "sigmoid"},  {"torch.tanh(y)", "tanh"},
      {"torch.sigmoid_(y)", "sigmoid"}, {"torch.tanh_(y)", "tanh"}};
  for (const auto& [text, name] : cases) {
    SCOPED_TRACE(text);
    const auto plain = linear_model(text);
    const at::Tensor x = torch::randn({32, 256});
    const auto fast = packed(plain, {{x}}, 1);
    EXPECT_EQ(operations(), Words{"linear + " + name});
    expect_same_with_each_kernel(plain, fast, {x});
    expect_same_with_each_kernel(plain, fast, {torch::randn({1, 256})});
    // NaN and Inf come out where they did.
    at::Tensor wild = x.clone();
    wild[3][5] = std::numeric_limits<float>::quiet_NaN();
    wild[7].fill_(std::numeric_limits<float>::infinity());
    wild[9].fill_(1e30);
    expect_same_with_each_kernel(plain, fast, {wild});
  }
}

TEST_F(PackedLinear, fuses_no_activation_whose_input_is_read_again) {
  const auto plain = linear_model("torch.relu(y), y");
  const at::Tensor x = torch::randn({32, 256});
  const auto fast = packed(plain, {{x}}, 1);
  EXPECT_EQ(operations(), Words{"linear"});
  expect_same_with_each_kernel(plain, fast, {x});
}

TEST_F(PackedLinear, does_without_a_bias) {
  const auto plain =
      test::model_of({{"w", torch::randn({256, 256})}},
                     "def forward(self, x):\n  return torch.relu(torch.linear(x, self.w, None))\n");
  const at::Tensor x = torch::randn({32, 256});
  const auto fast = packed(plain, {{x}}, 1);
  expect_same_with_each_kernel(plain, fast, {x});
  expect_same_with_each_kernel(plain, fast, {torch::randn({5, 256})});
}

TEST_F(PackedLinear, takes_a_weight_that_is_not_contiguous) {
  const auto plain =
      test::model_of({{"w", torch::randn({256, 128})}, {"b", torch::randn({128})}},
                     "def forward(self, x):\n  return torch.linear(x, self.w.t(), self.b)\n");
  const at::Tensor x = torch::randn({64, 256});
  const auto fast = packed(plain, {{x}}, 1);
  expect_same_with_each_kernel(plain, fast, {x});
  expect_same_with_each_kernel(plain, reloaded(fast), {x});
}

TEST_F(PackedLinear, packs_for_the_larger_of_two_declared_sizes_and_runs_both) {
  const auto plain = linear_model();
  const auto fast = packed(plain, {{torch::randn({4, 256})}, {torch::randn({64, 256})}}, 1);
  EXPECT_EQ(result_.packed_layers[0].sizes, "64x256, 256x256");
  for (const std::int64_t rows : {1, 4, 5, 64}) {
    expect_same_with_each_kernel(plain, fast, {torch::randn({rows, 256})});
  }
}

TEST_F(PackedLinear, gives_the_gradients_of_its_input) {
  const auto plain = linear_model("torch.gelu(y)");
  auto fast = packed(plain, {{torch::randn({32, 256})}}, 1);
  const at::Tensor values = torch::randn({32, 256});
  for (const Kernel kernel : packed::kernels_of(fast)) {
    packed::force_kernel(fast, kernel);
    std::vector<at::Tensor> gradients;
    for (torch::jit::Module module : {plain, fast}) {
      const at::Tensor x = values.clone().requires_grad_();
      module.forward({x}).toTensor().sum().backward();
      gradients.push_back(x.grad());
    }
    EXPECT_TRUE(test::agree(gradients[0], gradients[1])) << packed::kernel_name(kernel);
  }
}

TEST_F(PackedLinear, runs_in_inference_mode_and_outside_of_it) {
  const auto plain = linear_model("torch.relu(y)");
  const at::Tensor x = torch::randn({32, 256});
  packed(plain, {{x}}, 1);
  const auto load = [this] { return torch::jit::load(dir_.file("out.pt")); };
  const auto outside = load();
  torch::jit::Module inside;
  {
    const c10::InferenceMode inference;
    inside = load();
    expect_same_with_each_kernel(plain, outside, {x});
  }
  expect_same_with_each_kernel(plain, inside, {x});
}

TEST_F(PackedLinear, runs_inside_branches_and_loops) {
  const auto plain =
      test::model_of({{"w", torch::randn({256, 256}) / 16}, {"b", torch::randn({256})}},
                     R"(
def forward(self, x):
  for i in range(3):
    x = torch.linear(x, self.w, self.b)
  if bool(x.sum() > 0):
    x = torch.relu(torch.linear(x, self.w, self.b))
  else:
    x = torch.linear(x, self.w, self.b)
  return x
)");
  const at::Tensor x = torch::randn({32, 256});
  const auto fast = packed(plain, {{x}, {-x}});
  EXPECT_GE(packed::packed_layers(fast).size(), 2U);
  expect_same_with_each_kernel(plain, fast, {x});
  expect_same_with_each_kernel(plain, fast, {-x});
}

TEST_F(PackedLinear, is_left_plain_where_packing_is_not_possible_or_does_not_pay) {
  const auto reason = [this](const torch::jit::Module& plain, const std::vector<Inputs>& sets) {
    const auto fast = packed(plain, sets, 0U);
    for (const Inputs& inputs : sets) expect_same(plain, fast, inputs);
    const auto found = reasons("pack_linear");
    return found.size() == 1 ? found[0] : testing::PrintToString(found);
  };
  const std::string unknown =
      "the sizes of its input are unknown, differ too often, or it is not float32 on the CPU";
  EXPECT_EQ(reason(linear_model(), {}), unknown);
  EXPECT_EQ(reason(linear_model(), {{torch::randn({0, 256})}}), unknown);
  EXPECT_EQ(reason(linear_model(), {{torch::randn({4, 256})}}), "it is too small to become faster");
  std::vector<Inputs> many;
  for (std::int64_t rows = 32; rows < 42; ++rows) many.push_back({torch::randn({rows, 256})});
  EXPECT_EQ(reason(linear_model(), many), unknown);
  EXPECT_EQ(
      reason(test::model_of({{"w", torch::randn({256, 256})}},
                            "def forward(self, x):\n  return torch.linear(x, self.w * x.mean(), "
                            "None)\n"),
             {{torch::randn({32, 256})}}),
      "its weights are not constants");
  EXPECT_EQ(
      reason(test::model_of({{"w", torch::randn({256, 256}, torch::kDouble)}},
                            "def forward(self, x):\n  return torch.linear(x, self.w, None)\n"),
             {{torch::randn({32, 256}, torch::kDouble)}}),
      "its weights are not float32 on the CPU");
  EXPECT_EQ(
      reason(test::model_of({{"w", torch::randn({256})}},
                            "def forward(self, x):\n  return torch.linear(x, self.w, None)\n"),
             {{torch::randn({8192, 256})}}),
      "its weight is not a matrix");
}

}  // namespace
}  // namespace tsctl
