#pragma once

#include <gtest/gtest.h>
#include <torch/script.h>

#include <map>
#include <string>
#include <vector>

#include "support.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/engine/packed/packed_layers.h"

namespace tsctl::test {

using Tensors = std::map<std::string, at::Tensor>;
using Inputs = std::vector<at::Tensor>;

// An eval-mode module with these parameters, whose methods are defined by the source.
torch::jit::Module model_of(const Tensors& parameters, const std::string& source);

// x -> linear, with 256 inputs and outputs.
torch::jit::Module linear_model(const std::string& after = "y");
// x -> convolution, 16 channels in and out, 3x3 with padding 1; `body` sees y, x, and the weights self.w and self.b.
torch::jit::Module conv_model(const std::string& body);

// A call of the convolution self.w of that model.
std::string conv_of(const std::string& input);

std::vector<c10::IValue> stack_of(const Inputs& inputs);

// Whether both are tensors, or tuples and lists of them, of the same sizes, dtypes and numbers up to rounding. NaN
// equals NaN.
testing::AssertionResult agree(const c10::IValue& expected, const c10::IValue& found);

// Optimizes modules, with oneDNN's kernels unless a test asks for others, and loads the file.
class Packing : public testing::Test {
 protected:
  // The input sets, each a call of forward.
  torch::jit::Module packed(const torch::jit::Module& module, const std::vector<Inputs>& sets,
                            RewriteRequest request = {.kernels = KernelChoice::onednn});
  // The same, and `count` layers must be packed.
  torch::jit::Module packed(const torch::jit::Module& module, const std::vector<Inputs>& sets,
                            std::size_t count);
  torch::jit::Module reloaded(const torch::jit::Module& module);

  // Checks that both do the same for these inputs: equal outputs, or both raise.
  static void expect_same(torch::jit::Module plain, torch::jit::Module packed,
                          const Inputs& inputs);
  // The same with each kernel forced.
  static void expect_same_with_each_kernel(const torch::jit::Module& plain,
                                           const torch::jit::Module& packed, const Inputs& inputs);

  // Why the pass left a place.
  std::vector<std::string> reasons(const std::string& pass) const;
  std::vector<std::string> operations() const;

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
  RewriteResult result_ = {};
};

}  // namespace tsctl::test
