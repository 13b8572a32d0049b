#pragma once

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/proven_dtypes.h"

namespace tsctl::passes {

// Arithmetic that is written out, in any order and with any brackets: constant * operands, or constant + operands.
struct Terms {
  double constant = 0.0;
  std::vector<torch::jit::Value*> operands = {};
};

// Multiplications, divisions by constants, squares and cubes. A value that is none, or that is read more than once and
// no root, is its own only operand.
Terms product_of(torch::jit::Value* value, bool is_root = false);
// Additions, and subtractions of constants.
Terms sum_of(torch::jit::Value* value);
// The input of the value's node if it is one of `ops`, else null.
torch::jit::Value* argument_of(torch::jit::Value* value, std::initializer_list<const char*> ops);

bool is_close(double left, double right);

// An expression that one operator computes. Between the root and the first input, nothing but constants comes in.
struct Expression {
  std::string name = {};  // of the operator, for messages
  torch::jit::Node* root = nullptr;
  std::vector<torch::jit::Value*> inputs =
      {};  // the first is what is worked on; the others may be null
  double eps = 0.0;
};

// Why the expression must stay as it is: something reads its parts (the nodes between the root and the first input) or
// writes into its operands, or they might have other dtypes than the operator takes.
std::string reason_left(const Expression& expression, const torch::jit::AliasDb& aliases,
                        ProvenDtypes& dtypes);

}  // namespace tsctl::passes
