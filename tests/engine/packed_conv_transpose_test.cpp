#include <gtest/gtest.h>

#include <limits>

#include "packed_support.h"
#include "tsctl/engine/passes/pipeline.h"

namespace tsctl {
namespace {

using packed::Kernel;
using test::Inputs;
using test::model_of;

using Words = std::vector<std::string>;
using Kernels = std::vector<Kernel>;

// What follows x, the weight and the bias in a call of torch.conv_transpose2d.
constexpr const char* kBlocks = "[2, 2]";  // 2x2, that do not overlap
constexpr const char* kOverlapping = "[2, 2], [1, 1], [1, 1], 1, [1, 1]";  // 3x3

at::Tensor image(std::int64_t batch = 2, std::int64_t height = 12, std::int64_t width = 14) {
  return torch::randn({batch, 16, height, width});
}

std::string call(const std::string& settings, const std::string& bias = "self.b") {
  return "torch.conv_transpose2d(x, self.w, " + bias + ", " + settings + ")";
}

class PackedConvTranspose : public test::Packing {
 protected:
  // y is the result of the convolution, which has 16 channels in and 24 out.
  static torch::jit::Module model(const std::string& settings, std::int64_t reach,
                                  const std::string& after = "y") {
    torch::manual_seed(1);
    return model_of(
        {{"w", torch::randn({16, 24, reach, reach}) / 12}, {"b", torch::randn({24})}},
        "def forward(self, x):\n  y = " + call(settings) + "\n  return " + after + "\n");
  }

  std::string reason(const torch::jit::Module& plain, const Inputs& inputs) {
    const auto fast = packed(plain, {inputs}, 0U);
    expect_same(plain, fast, inputs);
    const auto found = reasons("pack_conv");
    return found.size() == 1 ? found[0] : testing::PrintToString(found);
  }
};

TEST_F(PackedConvTranspose, equals_the_plain_one_for_declared_and_other_sizes) {
  const Kernels all{Kernel::plain, Kernel::onednn, Kernel::linear, Kernel::onednn_linear};
  for (const auto& [settings, reach, kernels] :
       std::vector<std::tuple<std::string, std::int64_t, Kernels>>{
           {kBlocks, 2, all}, {kOverlapping, 3, {Kernel::plain, Kernel::onednn}}}) {
    SCOPED_TRACE(settings);
    const auto plain = model(settings, reach);
    const auto fast = packed(plain, {{image()}}, 1);
    EXPECT_EQ(operations(), Words{"conv_transpose2d"});
    EXPECT_EQ(packed::kernels_of(fast), kernels);
    for (const at::Tensor& x :
         {image(), image(1), image(3), image(2, 9, 5), image(2, 1, 1), image(0), image()[0]}) {
      SCOPED_TRACE(testing::PrintToString(x.sizes()));
      expect_same_with_each_kernel(plain, fast, {x});
      expect_same_with_each_kernel(plain, reloaded(fast), {x});
    }
  }
}

TEST_F(PackedConvTranspose, raises_for_wrong_sizes_and_dtypes_as_before) {
  const auto plain = model(kBlocks, 2);
  auto fast = packed(plain, {{image()}}, 1);
  for (const at::Tensor& x :
       {torch::randn({2, 15, 12, 14}), torch::randn({12, 14}), torch::randn({2, 16, 168}),
        image().to(torch::kDouble), image().to(torch::kBFloat16), image().to(torch::kLong)}) {
    SCOPED_TRACE(testing::PrintToString(x.sizes()));
    expect_same_with_each_kernel(plain, fast, {x});
    EXPECT_ANY_THROW(fast.forward({x}));
  }
}

TEST_F(PackedConvTranspose, takes_inputs_of_any_layout) {
  const auto plain = model(kBlocks, 2);
  const auto fast = packed(plain, {{image()}}, 1);
  expect_same_with_each_kernel(plain, fast, {image().contiguous(c10::MemoryFormat::ChannelsLast)});
  expect_same_with_each_kernel(plain, fast, {image(2, 14, 12).transpose(2, 3)});
  expect_same_with_each_kernel(plain, fast,
                               {image(4, 24, 14).slice(0, 0, 4, 2).slice(2, 0, 24, 2)});
  expect_same_with_each_kernel(plain, fast, {image(1).expand({2, 16, 12, 14})});
}

TEST_F(PackedConvTranspose, packs_every_declared_size) {
  const auto plain = model(kBlocks, 2, "torch.relu(y)");
  const auto fast = packed(plain, {{image(1)}, {image(4)}, {image(2, 20, 20)}}, 1);
  EXPECT_EQ(packed::packed_layers(fast)[0].attr("packed").toTensorVector().size(), 3U);
  for (const at::Tensor& x : {image(1), image(4), image(2, 20, 20), image(3)})
    expect_same_with_each_kernel(plain, fast, {x});
}

TEST_F(PackedConvTranspose, keeps_its_settings) {
  struct Case {
    std::vector<std::int64_t> weight = {};
    std::string settings = {};
  };
  const std::vector<Case> cases{{{16, 24, 3, 3}, "[1, 1]"},
                                {{16, 24, 4, 4}, "[2, 2], [1, 1]"},
                                {{16, 24, 4, 4}, "[4, 4]"},
                                {{16, 24, 1, 3}, "[1, 3]"},
                                {{16, 24, 3, 1}, "[3, 1]"},
                                {{16, 24, 1, 1}, "[1, 1]"},
                                {{16, 24, 1, 1}, "[2, 2]"},
                                {{16, 24, 2, 2}, "[2, 2], [1, 0]"},
                                {{16, 24, 2, 2}, "[2, 2], [0, 0], [1, 0]"},
                                {{16, 24, 2, 2}, "[2, 2], [0, 0], [0, 0], 1, [2, 1]"},
                                {{16, 24, 3, 5}, "[2, 1], [1, 2], [1, 0]"},
                                {{16, 6, 3, 3}, "[2, 2], [1, 1], [1, 1], 4"},
                                {{16, 6, 2, 2}, "[2, 2], [0, 0], [0, 0], 2"},
                                {{16, 1, 5, 5}, "2, 1, 1, 1"}};
  for (const Case& settings : cases) {
    SCOPED_TRACE(settings.settings);
    const auto plain =
        model_of({{"w", torch::randn(settings.weight) / 12}},
                 "def forward(self, x):\n  return " + call(settings.settings, "None") + "\n");
    const auto fast = packed(plain, {{image(4, 18, 20)}}, 1);
    expect_same_with_each_kernel(plain, fast, {image(4, 18, 20)});
    expect_same_with_each_kernel(plain, fast, {image(3, 15, 16)});
  }
}

TEST_F(PackedConvTranspose, takes_sizes_whose_layout_is_ambiguous_and_weights_in_channels_last) {
  for (const auto& [channels, height, width] :
       std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>{
           {1, 200, 200}, {300, 1, 1}, {64, 1, 30}, {64, 30, 1}}) {
    SCOPED_TRACE(channels);
    const at::Tensor weight = torch::randn({channels, channels, 2, 2}) / 12;
    const auto plain =
        model_of({{"w", weight.contiguous(c10::MemoryFormat::ChannelsLast)},
                  {"b", torch::randn({channels})}},
                 "def forward(self, x):\n  return torch.relu(" + call(kBlocks) + ") * 2\n");
    const at::Tensor x = torch::randn({2, channels, height, width});
    const auto fast = packed(plain, {{x}}, 1);
    expect_same_with_each_kernel(plain, fast, {x});
    expect_same_with_each_kernel(plain, fast, {x.contiguous(c10::MemoryFormat::ChannelsLast)});
  }
}

TEST_F(PackedConvTranspose, fuses_each_activation) {
  for (const std::string name :
       {"relu", "relu_", "gelu", "silu", "silu_", "hardswish", "hardswish_", "sigmoid", "tanh"}) {
    SCOPED_TRACE(name);
    for (const auto& [settings, reach] :
         std::vector<std::pair<std::string, std::int64_t>>{{kBlocks, 2}, {kOverlapping, 3}}) {
      const auto plain = model(settings, reach, "torch." + name + "(y)");
      const at::Tensor x = image();
      const auto fast = packed(plain, {{x}}, 1);
      EXPECT_EQ(operations(), Words{"conv_transpose2d + " + name.substr(0, name.find('_'))});
      expect_same_with_each_kernel(plain, fast, {x});
      expect_same_with_each_kernel(plain, fast, {image(1)});
      at::Tensor wild = x.clone();
      wild[0][3][5][5] = std::numeric_limits<float>::quiet_NaN();
      wild[1][2][5].fill_(std::numeric_limits<float>::infinity());
      wild[1][3][9].fill_(1e30);
      expect_same_with_each_kernel(plain, fast, {wild});
    }
  }
}

TEST_F(PackedConvTranspose, gives_the_gradients_of_its_input) {
  const auto plain = model(kBlocks, 2, "torch.silu(y)");
  auto fast = packed(plain, {{image()}}, 1);
  const at::Tensor values = image();
  for (const Kernel kernel : packed::kernels_of(fast)) {
    packed::force_kernel(fast, kernel);
    std::vector<at::Tensor> gradients;
    for (torch::jit::Module module : {plain, fast}) {
      const at::Tensor x = values.clone().requires_grad_();
      module.forward({x}).toTensor().square().sum().backward();
      gradients.push_back(x.grad());
    }
    EXPECT_TRUE(test::agree(gradients[0], gradients[1])) << packed::kernel_name(kernel);
  }
}

// As in a U-Net: up, joined with what went by, and a convolution. A sum stays an operator of its own.
TEST_F(PackedConvTranspose, works_between_other_layers) {
  const auto plain = model_of({{"w", torch::randn({16, 16, 2, 2}) / 8},
                               {"b", torch::randn({16})},
                               {"v", torch::randn({16, 32, 3, 3}) / 16},
                               {"down", torch::randn({16, 16, 3, 3}) / 12}},
                              R"(
def forward(self, image):
  skip = torch.relu(torch.conv2d(image, self.down, self.b, [1, 1], [1, 1]))
  x = torch.max_pool2d(skip, [2, 2])
  x = torch.relu_(torch.conv_transpose2d(x, self.w, self.b, [2, 2]))
  y = torch.conv2d(torch.cat([x, skip], 1), self.v, self.b, [1, 1], [1, 1])
  z = torch.conv_transpose2d(y, self.w, None, [2, 2])
  return (z + 1.0).view(-1), torch.relu(y + x).flatten(1)
)");
  const at::Tensor x = image(2, 24, 28);
  const auto fast = packed(plain, {{x}}, 4);
  EXPECT_EQ(operations(),
            (Words{"conv2d + relu", "conv_transpose2d + relu", "conv2d", "conv_transpose2d"}));
  expect_same_with_each_kernel(plain, fast, {x});
  expect_same_with_each_kernel(plain, fast, {image(1, 24, 28)});
}

TEST_F(PackedConvTranspose, takes_in_the_batch_norm_before_it_is_packed) {
  const auto plain = model_of(
      {{"w", torch::randn({16, 24, 2, 2}) / 8},
       {"b", torch::randn({24})},
       {"mean", torch::randn({24})},
       {"variance", torch::rand({24}) + 0.5}},
      "def forward(self, x):\n  y = " + call(kBlocks) +
          "\n  return torch.relu(torch.batch_norm(y, self.b, self.b, self.mean, self.variance, "
          "False, 0.1, 1e-5, True))\n");
  const auto fast = packed(plain, {{image()}}, 1);
  EXPECT_EQ(operations(), Words{"conv_transpose2d + relu"});
  expect_same_with_each_kernel(plain, fast, {image()});
  expect_same_with_each_kernel(plain, fast, {image(1)});
}

TEST_F(PackedConvTranspose, is_unpacked_before_it_is_frozen_again) {
  const auto plain = model(kBlocks, 2, "torch.gelu(y)");
  packed(plain, {{image()}}, 1);
  rewrite({.goal = RewriteGoal::freeze,
           .model_path = dir_.file("out.pt"),
           .output_path = dir_.file("frozen.pt"),
           .inputs_tensors = dir_.file("calls.safetensors")},
          events_);
  const auto frozen = torch::jit::load(dir_.file("frozen.pt"));
  EXPECT_EQ(frozen.children().size(), 0U);
  expect_same(plain, frozen, {image()});
  expect_same(plain, frozen, {image(1)});
}

TEST_F(PackedConvTranspose, is_left_plain_where_packing_is_not_possible_or_does_not_pay) {
  const auto with = [](const std::vector<std::int64_t>& weight, const std::string& expression) {
    return model_of({{"w", torch::randn(weight)}},
                    "def forward(self, x):\n  return " + expression + "\n");
  };
  EXPECT_EQ(reason(with({16, 1, 9, 9}, call("[2, 2], [0, 0], [0, 0], 16", "None")), {image()}),
            "it is transposed and depthwise");
  EXPECT_EQ(
      reason(with({16, 16, 3, 3}, call("[1, 1], [0, 0], [1, 1], 1, [2, 2]", "None")), {image()}),
      "it is transposed and its output padding is not smaller than its stride");
  EXPECT_EQ(reason(with({16, 24, 2, 2}, call(kBlocks, "None")), {image(1, 8, 8)}),
            "it is too small to become faster");
  EXPECT_EQ(reason(with({16, 24, 2, 2}, call("[2, 2], [0, 0], [0, 0], 1, [x.size(0), 1]", "None")),
                   {image(1, 24, 28)}),
            "its settings are not constants, or its padding is a string");
  EXPECT_EQ(reason(with({16, 24, 3},
                        "torch._convolution(x, self.w, None, [1], [1], [1], True, [0], 1, False, "
                        "False, True, True)"),
                   {torch::randn({2, 16, 1000})}),
            "it is not a convolution of images");
}

}  // namespace
}  // namespace tsctl
