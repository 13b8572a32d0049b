// What follows a packed convolution, whose result is channels-last where the plain one's is contiguous.
#include <gtest/gtest.h>

#include "packed_support.h"

namespace tsctl {
namespace {

using test::conv_model;
using test::conv_of;

class ChannelsLast : public test::Packing {
 protected:
  static at::Tensor image(std::int64_t batch = 2) { return torch::randn({batch, 16, 12, 14}); }

  // `y` is the result of a convolution of `x`.
  torch::jit::Module check(const std::string& body, std::size_t count = 1) {
    const auto plain = conv_model(body);
    auto fast = packed(plain, {{image()}}, count);
    expect_same_with_each_kernel(plain, fast, {image()});
    expect_same_with_each_kernel(plain, fast, {image(1)});
    return fast;
  }

  static int conversions(const torch::jit::Module& module) {
    int count = 0;
    for (const torch::jit::Node* node : module.get_method("forward").graph()->nodes())
      count += node->kind() == c10::aten::contiguous ? 1 : 0;
    return count;
  }
};

TEST_F(ChannelsLast, ends_before_operators_that_depend_on_the_layout) {
  for (const std::string body :
       {"  return y.view(-1)\n",
        "  return y.view([y.size(0), 16, -1])\n",
        "  return y.reshape(-1)\n",
        "  return torch.flatten(y, 1)\n",
        "  return y.permute([0, 2, 3, 1]).reshape([-1, 16])\n",
        "  return torch.as_strided(y, [4, 4], [7, 1], 3)\n",
        "  return torch.as_strided(torch.relu(y) * 2, [4, 4], [7, 1], 3)\n",
        "  return y.transpose(1, 2).contiguous().view(-1)\n",
        "  return y.stride()\n",
        "  return y.is_contiguous()\n",
        "  return torch.pixel_shuffle(y, 2).view(-1)\n",
        "  return torch.max_pool2d(torch.relu(y), [2, 2]).view(-1)\n",
        "  return y.unfold(2, 2, 1).reshape(-1)\n",
        "  return y.expand([2, -1, -1, -1, -1]).reshape(-1)\n",
        "  return torch.cumsum(y.reshape(-1), 0)\n",
        "  return y.ravel()\n",
        "  return torch.nonzero(y > 1)\n",
        "  return torch.masked_select(y, y > 0)\n",
        "  return torch.topk(y.flatten(), 5)\n",
        "  return y.argmax(), y.max(), y.sum()\n"}) {
    SCOPED_TRACE(body);
    check(body);
  }
}

TEST_F(ChannelsLast, is_passed_on_between_convolutions) {
  const auto fast = check(
      "  z = torch.max_pool2d(torch.relu(y * 2), [3, 3], [1, 1], [1, 1])\n"
      "  return torch.relu(" +
          conv_of("z") + ")\n",
      2);
  EXPECT_EQ(conversions(fast), 1);  // at the end
}

TEST_F(ChannelsLast, is_contiguous_where_it_leaves_the_model) {
  auto fast = check("  return y\n");
  EXPECT_TRUE(fast.forward({image()}).toTensor().is_contiguous());
  check("  return y, x\n");
  check("  return [y, x]\n");
  auto both = check("  return torch.relu(y), (y * 2, [y])\n");
  EXPECT_TRUE(both.forward({image()}).toTupleRef().elements()[0].toTensor().is_contiguous());
}

TEST_F(ChannelsLast, survives_writes_in_place) {
  for (const std::string body :
       {"  y.add_(1)\n  return y.view(-1)\n",
        "  y.mul_(x)\n  return y\n",
        "  v = y[:, 0]\n  v.add_(1)\n  return y\n",
        "  y[:, 1].fill_(3)\n  return y.flatten()\n",
        "  y[0].zero_()\n  return y\n",
        "  z = y.view(-1)\n  z.add_(1)\n  return y, z\n",
        "  z = y.flatten(1)\n  z.relu_()\n  return y, z\n",
        "  z = y.reshape([-1])\n  z[3] = 5.0\n  return y\n",
        "  y.copy_(x)\n  return y\n",
        "  z = x * 2\n  z.copy_(y)\n  return z\n",
        "  z = y.permute([0, 2, 3, 1])\n  z.add_(1)\n  return y, z\n",
        "  z = y.permute([0, 2, 3, 1]).flatten(0, 2)\n  z.add_(1)\n  return y, z\n",
        "  z = torch.as_strided(y, [4, 4], [7, 1], 3)\n  z.add_(1)\n  return y\n",
        "  z = y.view(-1)\n  y.add_(1)\n  return z\n",
        "  z = y.flatten(1)\n  y.add_(1)\n  return z\n",
        "  z = y.contiguous()\n  y.add_(1)\n  return z\n",
        "  l = [y, x]\n  y.add_(1)\n  return l\n",
        "  t = (y, x)\n  y.add_(1)\n  return t\n",
        "  l = [y, x]\n  l[0].add_(1)\n  return y, l\n",
        "  t = (y, x)\n  t[0].add_(1)\n  return y\n",
        "  for z in torch.unbind(y):\n    z.add_(1)\n  return y\n",
        "  a, b = torch.chunk(y, 2, 1)\n  a.add_(b)\n  return y\n",
        "  y.unsqueeze_(0)\n  return y\n",
        "  y.transpose_(1, 2)\n  return y.reshape(-1)\n",
        "  z = y.detach()\n  z.mul_(2)\n  return y\n",
        "  z = y.contiguous()\n  z.mul_(2)\n  return y\n",
        "  z = y.to(6)\n  z.mul_(2)\n  return y\n",
        "  z = y.expand_as(y)\n  z.mul_(2)\n  return y\n",
        "  y.clamp_(-1.0, 1.0)\n  return y + x\n"}) {
    SCOPED_TRACE(body);
    check(body);
  }
}

TEST_F(ChannelsLast, survives_writes_in_place_through_branches_and_loops) {
  for (const std::string body :
       {"  if bool(x.sum() > -1e9):\n    z = y\n  else:\n    z = y * 2\n  z.add_(1)\n  return y, "
        "z\n",
        "  if bool(x.sum() > -1e9):\n    z = y[0]\n  else:\n    z = y[1]\n  z.add_(1)\n  return "
        "y\n",
        "  z = y\n  for i in range(2):\n    z = z[0:1]\n    z.add_(1)\n  return y\n",
        "  for i in range(2):\n    y.add_(1)\n  return y\n",
        "  if bool(x.sum() > -1e9):\n    y.view(-1).add_(1)\n  return y\n",
        "  if bool(x.sum() > -1e9):\n    z = y\n  else:\n    z = y * 2\n  return z.view(-1)\n"}) {
    SCOPED_TRACE(body);
    check(body);
  }
}

TEST_F(ChannelsLast, is_joined_by_cat_and_stack) {
  check("  z = " + conv_of("y") + "\n  return torch.cat([y, z], 1)\n", 2);
  check("  z = " + conv_of("y") + "\n  return torch.cat([y, z, x], 1).view(-1)\n", 2);
  check("  z = " + conv_of("y") + "\n  return torch.stack([y, z], 1).flatten()\n", 2);
  check("  z = " + conv_of("y") + "\n  l = [y, z]\n  return torch.cat(l), l\n", 2);
}

}  // namespace
}  // namespace tsctl
