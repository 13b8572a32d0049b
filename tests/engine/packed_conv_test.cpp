#include <gtest/gtest.h>

#include <limits>

#include "packed_support.h"

namespace tsctl {
namespace {

using packed::Kernel;
using test::conv_model;
using test::conv_of;
using test::Inputs;
using test::model_of;

using Words = std::vector<std::string>;

at::Tensor image(std::int64_t batch = 2, std::int64_t height = 12, std::int64_t width = 14) {
  return torch::randn({batch, 16, height, width});
}

class PackedConv : public test::Packing {
 protected:
  std::string reason(const torch::jit::Module& plain, const std::vector<Inputs>& sets) {
    const auto fast = packed(plain, sets, 0U);
    for (const Inputs& inputs : sets) expect_same(plain, fast, inputs);
    const auto found = reasons("pack_conv");
    return found.size() == 1 ? found[0] : testing::PrintToString(found);
  }
};

TEST_F(PackedConv, equals_the_plain_one_for_declared_and_other_sizes) {
  const auto plain = conv_model("  return y\n");
  const auto fast = packed(plain, {{image()}}, 1);
  EXPECT_EQ(operations(), Words{"conv2d"});
  for (const at::Tensor& x :
       {image(), image(1), image(3), image(2, 9, 5), image(2, 1, 1), image(0), image()[0]}) {
    SCOPED_TRACE(testing::PrintToString(x.sizes()));
    expect_same_with_each_kernel(plain, fast, {x});
  }
}

TEST_F(PackedConv, raises_for_wrong_sizes_and_dtypes_as_before) {
  const auto plain = conv_model("  return y\n");
  auto fast = packed(plain, {{image()}}, 1);
  for (const at::Tensor& x :
       {torch::randn({2, 15, 12, 14}), torch::randn({12, 14}), torch::randn({2, 16, 168}),
        image().to(torch::kDouble), image().to(torch::kBFloat16), image().to(torch::kLong)}) {
    SCOPED_TRACE(testing::PrintToString(x.sizes()));
    expect_same_with_each_kernel(plain, fast, {x});
    EXPECT_ANY_THROW(fast.forward({x}));
  }
}

TEST_F(PackedConv, takes_inputs_of_any_layout) {
  const auto plain = conv_model("  return y\n");
  const auto fast = packed(plain, {{image()}}, 1);
  expect_same_with_each_kernel(plain, fast, {image().contiguous(c10::MemoryFormat::ChannelsLast)});
  expect_same_with_each_kernel(plain, fast, {image(2, 14, 12).transpose(2, 3)});
  expect_same_with_each_kernel(
      plain, fast, {image(4, 24, 28).slice(0, 0, 4, 2).slice(2, 0, 24, 2).slice(3, 0, 28, 2)});
  expect_same_with_each_kernel(plain, fast, {image(1).expand({2, 16, 12, 14})});
}

TEST_F(PackedConv, packs_every_declared_size) {
  const auto plain = conv_model("  return torch.relu(y)\n");
  const auto fast = packed(plain, {{image(1)}, {image(4)}, {image(2, 20, 20)}}, 1);
  EXPECT_EQ(packed::packed_layers(fast)[0].attr("packed").toTensorVector().size(), 3U);
  for (const at::Tensor& x : {image(1), image(4), image(2, 20, 20), image(3)})
    expect_same_with_each_kernel(plain, fast, {x});
}

TEST_F(PackedConv, leaves_a_size_without_a_batch_plain) {
  const auto plain = conv_model("  return y\n");
  const auto fast = packed(plain, {{image(1)}, {image(1)[0]}});
  expect_same(plain, fast, {image(1)});
  expect_same(plain, fast, {image(1)[0]});
}

TEST_F(PackedConv, keeps_stride_padding_dilation_and_groups) {
  struct Case {
    std::vector<std::int64_t> weight;
    std::string settings;
  };
  const std::vector<Case> cases{{{32, 16, 3, 3}, "[2, 2], [1, 1], [1, 1], 1"},
                                {{32, 16, 3, 5}, "[1, 2], [0, 2], [2, 1], 1"},
                                {{64, 4, 3, 3}, "[1, 1], [1, 1], [1, 1], 4"},
                                {{16, 1, 9, 9}, "[1, 1], [4, 4], [1, 1], 16"},
                                {{32, 1, 7, 7}, "[1, 1], [3, 3], [1, 1], 16"},
                                {{64, 16, 1, 1}, "[1, 1], [0, 0], [1, 1], 1"},
                                {{1, 16, 7, 7}, "[1, 1], [3, 3], [1, 1], 1"},
                                {{64, 16, 12, 14}, "[1, 1], [0, 0], [1, 1], 1"},
                                {{256, 16, 1, 1}, "[2, 2], [0, 0], [1, 1], 1"},
                                {{64, 16, 3, 3}, "1, 1, 1, 1"}};
  for (const Case& settings : cases) {
    SCOPED_TRACE(settings.settings);
    const auto plain = model_of(
        {{"w", torch::randn(settings.weight) / 12}, {"b", torch::randn({settings.weight[0]})}},
        "def forward(self, x):\n  return torch.conv2d(x, self.w, self.b, " + settings.settings +
            ")\n");
    const auto fast = packed(plain, {{image()}}, 1);
    expect_same_with_each_kernel(plain, fast, {image()});
    expect_same_with_each_kernel(plain, fast, {image(3, 15, 16)});
  }
}

TEST_F(PackedConv, takes_a_single_channel) {
  const auto plain = model_of({{"w", torch::randn({8, 1, 3, 3})}, {"b", torch::randn({8})}},
                              "def forward(self, x):\n  y = torch.conv2d(x, self.w, self.b, [1, "
                              "1], [1, 1])\n  return y + x\n");
  const at::Tensor x = torch::randn({2, 1, 64, 64});
  const auto fast = packed(plain, {{x}}, 1);
  expect_same_with_each_kernel(plain, fast, {x});
  expect_same_with_each_kernel(plain, fast, {x.contiguous(c10::MemoryFormat::ChannelsLast)});
}

TEST_F(PackedConv, takes_a_channels_last_weight_and_does_without_a_bias) {
  const auto plain = model_of(
      {{"w", torch::randn({16, 16, 3, 3}).contiguous(c10::MemoryFormat::ChannelsLast) / 12},
       {"w1", torch::randn({64, 16, 1, 1}).contiguous(c10::MemoryFormat::ChannelsLast) / 4}},
      R"(
def forward(self, x):
  y = torch.conv2d(x, self.w, None, [1, 1], [1, 1])
  return torch.conv2d(y, self.w1, None)
)");
  const auto fast = packed(plain, {{image()}}, 2);
  expect_same_with_each_kernel(plain, fast, {image()});
  expect_same_with_each_kernel(plain, reloaded(fast), {image()});
}

TEST_F(PackedConv, fuses_each_activation) {
  for (const std::string name :
       {"relu", "relu_", "gelu", "silu", "silu_", "hardswish", "hardswish_", "sigmoid", "tanh"}) {
    SCOPED_TRACE(name);
    // Also as a product of matrices, which has kernels of its own.
    for (const std::int64_t reach : {3, 1}) {
      const auto plain = model_of(
          {{"w", torch::randn({64, 16, reach, reach}) / 12}, {"b", torch::randn({64})}},
          "def forward(self, x):\n  return torch." + name + "(torch.conv2d(x, self.w, self.b))\n");
      const at::Tensor x = image();
      const auto fast = packed(plain, {{x}}, 1);
      EXPECT_EQ(operations(), Words{"conv2d + " + name.substr(0, name.find('_'))});
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

TEST_F(PackedConv, gives_the_gradients_of_its_input) {
  for (const std::string body : {"  return torch.silu(y)\n", "  return torch.relu_(y + x)\n"}) {
    const auto plain = conv_model(body);
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
}

TEST_F(PackedConv, gives_the_gradients_of_what_is_added) {
  const auto plain =
      model_of({{"w", torch::randn({16, 16, 3, 3}) / 12}, {"b", torch::randn({16})}},
               "def forward(self, x, z):\n  return torch.relu(" + conv_of("x") + " + z)\n");
  auto fast = packed(plain, {{image(), image()}}, 1);
  EXPECT_EQ(operations(), Words{"conv2d + add + relu"});
  const at::Tensor x = image();
  const at::Tensor values = image();
  std::vector<at::Tensor> gradients;
  for (torch::jit::Module module : {plain, fast}) {
    const at::Tensor z = values.clone().requires_grad_();
    module.forward({x, z}).toTensor().square().sum().backward();
    gradients.push_back(z.grad());
  }
  EXPECT_TRUE(test::agree(gradients[0], gradients[1]));
}

TEST_F(PackedConv, runs_inside_branches_and_loops) {
  const auto plain = model_of({{"w", torch::randn({16, 16, 3, 3}) / 12}, {"b", torch::randn({16})}},
                              "def forward(self, x):\n"
                              "  for i in range(3):\n"
                              "    x = torch.relu(" +
                                  conv_of("x") +
                                  ")\n"
                                  "  if bool(x.sum() > 40):\n"
                                  "    y = " +
                                  conv_of("x") +
                                  " + x\n"
                                  "  else:\n"
                                  "    y = x\n"
                                  "  return y.view(-1)\n");
  const auto fast = packed(plain, {{image()}, {torch::zeros({2, 16, 12, 14})}});
  EXPECT_GE(packed::packed_layers(fast).size(), 2U);
  expect_same_with_each_kernel(plain, fast, {image()});
  expect_same_with_each_kernel(plain, fast, {torch::zeros({2, 16, 12, 14})});
  expect_same_with_each_kernel(plain, fast, {image(1)});
}

TEST_F(PackedConv, packs_only_what_the_declared_inputs_reach) {
  // As in a feature pyramid: the place in a list decides which convolution runs, and another one refuses the input.
  const auto plain =
      model_of({{"w", torch::randn({16, 16, 3, 3})}, {"v", torch::randn({16, 32, 3, 3})}},
               "def forward(self, x, which: int = 0):\n"
               "  if which == 0:\n"
               "    y = torch.conv2d(x, self.w, None, [1, 1], [1, 1])\n"
               "  else:\n"
               "    y = torch.conv2d(x, self.v, None, [1, 1], [1, 1])\n"
               "  return y\n");
  const auto fast = packed(plain, {{image()}}, 1);
  expect_same(plain, fast, {image()});
  EXPECT_EQ(reasons("pack_conv"), Words{"it does not run with the declared inputs"});

  const auto by_channels =
      model_of({{"w", torch::randn({16, 16, 3, 3})}, {"v", torch::randn({16, 32, 3, 3})}},
               "def forward(self, x):\n"
               "  if x.size(1) == 16:\n"
               "    y = torch.conv2d(x, self.w, None, [1, 1], [1, 1])\n"
               "  else:\n"
               "    y = torch.conv2d(x, self.v, None, [1, 1], [1, 1])\n"
               "  return y\n");
  const at::Tensor wide = torch::randn({2, 32, 12, 14});
  const auto both = packed(by_channels, {{image()}, {wide}}, 2);
  expect_same(by_channels, both, {image()});
  expect_same(by_channels, both, {wide});
}

TEST_F(PackedConv, is_left_plain_where_packing_is_not_possible_or_does_not_pay) {
  const auto with = [](const std::vector<std::int64_t>& weight, const std::string& call) {
    return model_of({{"w", torch::randn(weight)}},
                    "def forward(self, x):\n  return " + call + "\n");
  };
  const std::string unknown =
      "the sizes of its input are unknown, differ too often, or it is not float32 on the CPU";
  EXPECT_EQ(reason(conv_model("  return y\n"), {}), unknown);
  EXPECT_EQ(reason(conv_model("  return y\n"), {{image()[0]}}), unknown);
  EXPECT_EQ(reason(conv_model("  return y\n"), {{image(1, 8, 8)}}),
            "it is too small to become faster");
  EXPECT_EQ(reason(with({16, 16, 3},
                        "torch._convolution(x, self.w, None, [1], [1], [1], False, "
                        "[0], 1, False, False, True, True)"),
                   {{torch::randn({2, 16, 1000})}}),
            "it is not a convolution of images");
  EXPECT_EQ(
      reason(with({16, 16, 3, 3}, "torch.conv2d(x, self.w, None, [1, 1], \"same\")"), {{image()}}),
      "its settings are not constants, or its padding is a string");
  EXPECT_EQ(reason(with({16, 16, 3, 3}, "torch.conv2d(x, self.w, None, [1, 1], [x.size(0), 1])"),
                   {{image()}}),
            "its settings are not constants, or its padding is a string");
  EXPECT_EQ(reason(with({16, 16, 3, 3}, "torch.conv2d(x, self.w * x.mean(), None)"), {{image()}}),
            "its weights are not constants");
  EXPECT_EQ(reason(model_of({{"w", torch::randn({16, 16, 3, 3}, torch::kDouble)}},
                            "def forward(self, x):\n  return torch.conv2d(x, self.w, None)\n"),
                   {{image().to(torch::kDouble)}}),
            "its weights are not float32 on the CPU");
}

TEST_F(PackedConv, says_nothing_of_convolutions_of_sequences_and_volumes) {
  const auto sequence = model_of({{"w", torch::randn({16, 16, 3})}},
                                 "def forward(self, x):\n  return torch.conv1d(x, self.w, None)\n");
  EXPECT_EQ(reason(sequence, {{torch::randn({2, 16, 1000})}}), "{}");
  const auto volume = model_of({{"w", torch::randn({16, 16, 3, 3, 3})}},
                               "def forward(self, x):\n  return torch.conv3d(x, self.w, None)\n");
  EXPECT_EQ(reason(volume, {{torch::randn({2, 16, 8, 8, 8})}}), "{}");
}

}  // namespace
}  // namespace tsctl
