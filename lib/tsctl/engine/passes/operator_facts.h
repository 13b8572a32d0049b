#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <string_view>

namespace tsctl::passes {

// What the layout of its operands in memory (contiguous or channels-last) means to an operator.
enum class LayoutRule {
  may_matter,
  any,           // the result has the same numbers for every layout
  view_or_copy,  // the same, and the result is a view where that is possible, else a copy
};

// The dtype of an operator's result.
enum class DtypeRule {
  other,              // another rule, or none that is known
  kept,               // that of the first operand; the operator may raise for some dtypes
  kept_if_floating,   // the same if it is a floating-point dtype; of integers, it may make floats
  kept_unless_given,  // the same if the last argument does not ask for another dtype
};

// What passes know of an operator that its schema does not say.
struct OperatorFacts {
  std::string_view name = {};  // as op_name() gives it: add and add_ have one row
  LayoutRule layout = LayoutRule::may_matter;
  DtypeRule dtype = DtypeRule::other;
};

// Of an operator without a row, and of a node that is no aten operator: nothing is known.
OperatorFacts facts_of(const torch::jit::Node& node);

}  // namespace tsctl::passes
