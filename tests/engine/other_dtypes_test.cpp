// Fused operators take fewer dtypes than the arithmetic that they replace. A file must do for every dtype what the one
// before it did.
#include <gtest/gtest.h>

#include <limits>

#include "packed_support.h"

namespace tsctl {
namespace {

using test::Inputs;
using test::model_of;

class OtherDtypes : public test::Packing {
 protected:
  static torch::jit::Module model(const std::string& body, const std::string& arguments = "x") {
    torch::manual_seed(1);
    return model_of({{"w", torch::randn({8, 8})}, {"b", torch::rand({8}) + 0.5}},
                    "def forward(self, " + arguments + "):\n" + body);
  }

  std::int64_t rewritten(const std::string& pass) const {
    std::int64_t count = 0;
    for (const PassRecord& record : result_.passes) {
      if (record.pass == pass) count += record.rewritten;
    }
    return count;
  }

  // Optimizes for float32 and compares the results for every dtype. Returns how many places the pass rewrote.
  std::int64_t check(const std::string& pass, const std::string& body) {
    SCOPED_TRACE(body);
    const auto plain = model(body);
    const at::Tensor x = torch::randn({3, 8});
    const auto fast = packed(plain, {{x}});
    for (const c10::ScalarType dtype : {c10::kFloat, c10::kDouble, c10::kBFloat16, c10::kLong,
                                        c10::kInt, c10::kBool, c10::kComplexFloat})
      expect_same(plain, fast, {(x * 3).to(dtype)});
    return rewritten(pass);
  }
};

constexpr const char* kActivations[] = {
    "x * torch.sigmoid(x)",
    "x * torch.clamp(x + 3, 0, 6) / 6",
    "x * 0.5 * (1.0 + torch.erf(x * 0.7071067811865476))",
    "0.5 * x * (1 + torch.tanh(0.7978845608028654 * (x + 0.044715 * torch.pow(x, 3.0))))",
};

TEST_F(OtherDtypes, are_right_for_activations_that_are_written_out) {
  for (const std::string activation : kActivations) {
    const std::string result = "  return " + activation + "\n";
    EXPECT_EQ(check("fuse_activation", result), 0);
    EXPECT_EQ(check("fuse_activation", "  x = x * self.b\n" + result), 0);
    EXPECT_EQ(check("fuse_activation", "  x = torch.tanh(x)\n" + result), 0);
    EXPECT_EQ(check("fuse_activation",
                    "  if x.size(0) > 1:\n    x = torch.linear(x, self.w)\n  else:\n    x = x + "
                    "x\n" +
                        result),
              0);
    EXPECT_EQ(check("fuse_activation", "  x = torch.linear(x, self.w)\n" + result), 1);
    EXPECT_EQ(check("fuse_activation", "  x = torch.pow(torch.linear(x, self.w), x)\n" + result),
              0);
    EXPECT_EQ(check("fuse_activation",
                    "  x = torch.linear(x, self.w, self.b)\n  x = torch.tanh(x "
                    "* 2 + self.b)\n" +
                        result),
              1);
    EXPECT_EQ(check("fuse_activation",
                    "  x = torch.cat([torch.linear(x, self.w), "
                    "torch.relu(torch.linear(x, self.w))], 1)\n" +
                        result),
              1);
    EXPECT_EQ(check("fuse_activation", "  x, y = torch.linear(x, self.w).chunk(2, -1)\n" + result),
              1);
    EXPECT_EQ(
        check("fuse_activation",
              "  if x.size(0) > 1:\n    x = torch.linear(x, self.w)\n  else:\n    x = self.w\n" +
                  result),
        1);
  }
}

// The linear layer refuses other dtypes than its own.
TEST_F(OtherDtypes, are_refused_where_a_layer_refuses_them) {
  EXPECT_EQ(check("fuse_activation",
                  "  y = torch.linear(x.view(-1, 8), self.w)\n  return y, x * torch.sigmoid(x)\n"),
            1);
  EXPECT_EQ(check("fuse_activation",
                  "  y = torch.linear(torch.tanh(x), self.w)\n"
                  "  return y, x * torch.sigmoid(x)\n"),
            0);
  EXPECT_EQ(check("fuse_activation",
                  "  y = x\n  if x.size(0) > 5:\n    y = torch.linear(x, "
                  "self.w)\n  return y * 2.0, x * torch.sigmoid(x)\n"),
            0);
}

TEST_F(OtherDtypes, are_right_for_normalizations_that_are_written_out) {
  const std::string layer = "  x = torch.linear(x, self.w)\n";
  const std::string rms = "  return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)";
  const std::string norm =
      "  u = x - x.mean(-1, keepdim=True)\n"
      "  return u / torch.sqrt((u * u).mean(-1, keepdim=True) + 1e-3)";
  const std::string soft = "  e = torch.exp(x)\n  return e / e.sum(-1, keepdim=True)";
  for (const std::string& body :
       {rms + "\n", rms + " * self.b\n", norm + "\n", norm + " * self.b + self.b\n", soft + "\n"}) {
    EXPECT_EQ(check("fuse_normalization", body), 0);
    EXPECT_EQ(check("fuse_normalization", layer + body), 1);
  }
}

TEST_F(OtherDtypes, are_right_for_masks_of_attention) {
  const auto plain = model(
      "  weights = torch.softmax(x @ x.transpose(-2, -1) / 2.0 + mask, -1)\n"
      "  return weights @ x\n",
      "x, mask");
  const at::Tensor x = torch::randn({2, 2, 5, 8});
  const at::Tensor mask = torch::randn({5, 5});
  const auto fast = packed(plain, {{x, mask}});
  EXPECT_EQ(rewritten("fuse_attention"), 1);
  for (const c10::ScalarType dtype : {c10::kFloat, c10::kLong, c10::kBool})
    expect_same(plain, fast, {x, mask.to(dtype)});
  expect_same(plain, fast, {x.to(c10::kDouble), mask});
}

TEST_F(OtherDtypes, are_right_for_attention_with_hidden_scores) {
  const auto plain = model(
      "  scores = x @ x.transpose(-2, -1) / 2.0\n"
      "  return torch.softmax(scores.masked_fill(mask, -1e9), -1) @ x\n",
      "x, mask");
  const at::Tensor x = torch::randn({2, 2, 5, 8});
  const at::Tensor mask = torch::ones({5, 5}).tril() == 0;
  const auto fast = packed(plain, {{x, mask}});
  EXPECT_EQ(rewritten("fuse_attention"), 1);
  expect_same(plain, fast, {x, mask});
  expect_same(plain, fast, {x.to(c10::kDouble), mask});
  expect_same(plain, fast, {x.to(c10::kLong), mask});
}

// The one difference of the fused operator, which docs/optimizer.md declares.
TEST_F(OtherDtypes, are_not_the_matter_of_rows_that_a_mask_hides_as_a_whole_which_become_zero) {
  auto plain = model("  return torch.softmax(x @ x.transpose(-2, -1) + mask, -1) @ x\n", "x, mask");
  const at::Tensor x = torch::randn({2, 2, 5, 8});
  at::Tensor mask = torch::zeros({5, 5});
  auto fast = packed(plain, {{x, mask}});
  EXPECT_EQ(rewritten("fuse_attention"), 1);
  mask[3].fill_(-std::numeric_limits<float>::infinity());
  const at::Tensor before = plain.forward({x, mask}).toTensor();
  const at::Tensor after = fast.forward({x, mask}).toTensor();
  EXPECT_TRUE(before.select(2, 3).isnan().all().item<bool>());
  EXPECT_TRUE(after.select(2, 3).eq(0).all().item<bool>());
  for (const std::int64_t row : {0, 1, 2, 4})
    EXPECT_TRUE(test::agree(before.select(2, row), after.select(2, row)));
}

}  // namespace
}  // namespace tsctl
