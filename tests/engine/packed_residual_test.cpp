// Additions that packed convolutions take in: they may overwrite what they add, but only what nothing reads again.
#include <gtest/gtest.h>

#include "packed_support.h"

namespace tsctl {
namespace {

using test::conv_of;
using test::Inputs;
using test::model_of;

using Words = std::vector<std::string>;

class PackedResidual : public test::Packing {
 protected:
  static torch::jit::Module model(const std::string& arguments, const std::string& body) {
    torch::manual_seed(1);
    return model_of({{"w", torch::randn({16, 16, 3, 3}) / 12}, {"b", torch::randn({16})}},
                    "def forward(self, " + arguments + "):\n" + body);
  }

  // Optimizes the model and compares it with each kernel, for the declared size and another.
  torch::jit::Module check(const std::string& body, std::size_t count) {
    const auto plain = model("x", body);
    auto fast = packed(plain, {{image()}}, count);
    expect_same_with_each_kernel(plain, fast, {image()});
    expect_same_with_each_kernel(plain, fast, {image(1)});
    return fast;
  }

  // The methods of packed layers that forward calls, in their order.
  static Words calls(const torch::jit::Module& module) {
    Words names;
    for (const torch::jit::Node* node : module.get_method("forward").graph()->nodes()) {
      if (node->kind() == c10::prim::CallMethod) names.push_back(node->s(c10::attr::name));
    }
    return names;
  }

  static at::Tensor image(std::int64_t batch = 2) { return torch::randn({batch, 16, 12, 14}); }
};

TEST_F(PackedResidual, is_overwritten_where_nothing_reads_it_later) {
  const auto fast =
      check("  p = torch.relu(" + conv_of("x") + ")\n" + "  q = torch.relu(" + conv_of("p") +
                ")\n" + "  return torch.relu(" + conv_of("q") + " + p)\n",
            3);
  EXPECT_EQ(calls(fast), (Words{"forward", "forward", "add_into"}));
  EXPECT_EQ(operations(), (Words{"conv2d + relu", "conv2d + relu", "conv2d + add + relu"}));
}

TEST_F(PackedResidual, is_taken_in_from_an_addition_in_place) {
  const auto fast =
      check("  p = torch.relu(" + conv_of("x") + ")\n" + "  q = torch.relu(" + conv_of("p") +
                ")\n" + "  y = " + conv_of("q") + "\n" + "  y += p\n" + "  return torch.relu_(y)\n",
            3);
  EXPECT_EQ(calls(fast), (Words{"forward", "forward", "add_into"}));
}

TEST_F(PackedResidual, stays_where_it_is_read_later) {
  const std::string start = "  p = torch.relu(" + conv_of("x") + ")\n" + "  q = torch.relu(" +
                            conv_of("p") + ")\n" + "  s = " + conv_of("q") + " + p\n";
  for (const std::string& end : std::vector<std::string>{
           "  return s, p\n", "  return s, p * 2\n", "  return s, p.view(-1)\n",
           "  return s, [p]\n", "  return s, torch.max_pool2d(p, [2, 2])\n"}) {
    SCOPED_TRACE(end);
    const auto plain = model("x", start + end);
    const auto fast = packed(plain, {{image()}});
    EXPECT_EQ(calls(fast)[2], "add");
    expect_same_with_each_kernel(plain, fast, {image()});
  }
}

TEST_F(PackedResidual, stays_where_a_view_of_it_is_read_later) {
  const auto fast =
      check("  p = torch.relu(" + conv_of("x") + ")\n" + "  v = p[:, 0]\n" + "  q = torch.relu(" +
                conv_of("p") + ")\n" + "  s = " + conv_of("q") + " + p\n  return s, v + 1\n",
            3);
  EXPECT_EQ(calls(fast)[2], "add");
}

TEST_F(PackedResidual, stays_where_a_list_that_holds_it_is_read_later) {
  const auto fast = check("  p = torch.relu(" + conv_of("x") + ")\n" + "  q = torch.relu(" +
                              conv_of("p") + ")\n" + "  l = [p, q]\n" + "  s = " + conv_of("q") +
                              " + p\n  return s, torch.cat(l)\n",
                          3);
  EXPECT_EQ(calls(fast)[2], "add");
}

TEST_F(PackedResidual, stays_where_it_is_an_input_of_the_model) {
  const auto fast = check("  return " + conv_of("x") + " + x\n", 1);
  EXPECT_EQ(calls(fast), Words{"add"});
}

TEST_F(PackedResidual, is_not_overwritten_while_the_convolution_reads_it) {
  const auto fast = check("  p = torch.relu(" + conv_of("x") + ")\n" + "  return torch.relu(" +
                              conv_of("p") + " + p)\n",
                          2);
  EXPECT_EQ(calls(fast), (Words{"forward", "add"}));
  const auto view = check("  p = torch.relu(" + conv_of("x") + ")\n" + "  return torch.relu(" +
                              conv_of("p.detach()") + " + p)\n",
                          2);
  EXPECT_EQ(calls(view), (Words{"forward", "add"}));
}

// The second convolution reads p before the first sum, and moves behind it, to the second.
TEST_F(PackedResidual, is_not_overwritten_before_a_convolution_that_moves) {
  check("  p = torch.relu(" + conv_of("x") + ")\n" + "  z = torch.relu(" + conv_of("p * 2") +
            ")\n" + "  a = " + conv_of("z") + "\n" + "  b = " + conv_of("p") + "\n" +
            "  s = a + p\n  return b + s\n",
        4);
}

TEST_F(PackedResidual, joins_two_branches) {
  const auto fast = check("  a = " + conv_of("x") + "\n" + "  b = " + conv_of("x * 2") + "\n" +
                              "  return torch.relu(a + b)\n",
                          2);
  EXPECT_EQ(operations(), (Words{"conv2d + add + relu", "conv2d"}));
  check("  a = torch.relu(" + conv_of("x") + ")\n" + "  b = torch.relu(" + conv_of("a") + ")\n" +
            "  c = torch.relu(" + conv_of("a * 3") + ")\n" + "  return (b + c) + a\n",
        3);
}

TEST_F(PackedResidual, is_not_taken_in_with_a_factor_or_an_activation_other_than_relu) {
  check("  return torch.add(" + conv_of("x") + ", x, alpha=2)\n", 1);
  EXPECT_EQ(operations(), Words{"conv2d"});
  check("  return torch.silu(" + conv_of("x") + " + x)\n", 1);
  EXPECT_EQ(operations(), Words{"conv2d + add"});
  check("  return torch.silu(" + conv_of("x") + ") + x\n", 1);
  EXPECT_EQ(operations(), Words{"conv2d + silu"});
  check("  y = " + conv_of("x") + "\n  return y + y\n", 1);
  EXPECT_EQ(operations(), Words{"conv2d"});
}

TEST_F(PackedResidual, may_have_other_sizes_and_dtypes_than_declared) {
  const auto plain = model("x, z", "  return torch.relu(" + conv_of("x") + " + z)\n");
  const auto fast = packed(plain, {{image(), image()}}, 1);
  EXPECT_EQ(operations(), Words{"conv2d + add + relu"});
  for (const at::Tensor& z :
       {image(), image(1), torch::randn({16, 1, 1}), torch::randn({}), image().to(torch::kDouble),
        image().to(torch::kBFloat16), torch::ones({2, 16, 12, 14}, torch::kLong),
        torch::randn({3, 2, 16, 12, 14}), torch::randn({2, 16, 12, 13})}) {
    SCOPED_TRACE(testing::PrintToString(z.sizes()));
    expect_same_with_each_kernel(plain, fast, {image(), z});
  }
}

TEST_F(PackedResidual, may_have_other_sizes_and_dtypes_in_an_addition_in_place) {
  const auto plain =
      model("x, z", "  y = " + conv_of("x") + "\n  y += z\n  return torch.relu_(y)\n");
  const auto fast = packed(plain, {{image(), image()}}, 1);
  EXPECT_EQ(operations(), Words{"conv2d + add + relu"});
  for (const at::Tensor& z : {image(), image(1), torch::randn({16, 1, 1}),
                              image().to(torch::kDouble), image().to(torch::kBFloat16),
                              torch::randn({3, 2, 16, 12, 14}), torch::randn({2, 16, 12, 13})}) {
    SCOPED_TRACE(testing::PrintToString(z.sizes()));
    expect_same_with_each_kernel(plain, fast, {image(), z});
  }
}

TEST_F(PackedResidual, is_right_for_sizes_whose_layout_is_ambiguous) {
  for (const auto& [channels, size] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 80}, {400, 1}, {64, 4}}) {
    SCOPED_TRACE(channels);
    torch::manual_seed(1);
    const auto conv = [&](const std::string& input) {
      return "torch.conv2d(" + input + ", self.w, self.b, [1, 1], [2, 2])";
    };
    const auto plain = model_of(
        {{"w", torch::randn({channels, channels, 5, 5}) / 12}, {"b", torch::randn({channels})}},
        "def forward(self, x):\n  p = torch.relu(" + conv("x") + ")\n  q = torch.relu(" +
            conv("p") + ")\n  return torch.relu(" + conv("q") + " + p)\n");
    const at::Tensor x = torch::randn({2, channels, size, size});
    const auto fast = packed(plain, {{x}}, 3);
    expect_same_with_each_kernel(plain, fast, {x});
    expect_same_with_each_kernel(plain, fast, {x.contiguous(c10::MemoryFormat::ChannelsLast)});
  }
}

}  // namespace
}  // namespace tsctl
