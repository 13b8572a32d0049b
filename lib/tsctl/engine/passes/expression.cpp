#include "tsctl/engine/passes/expression.h"

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <cmath>

#include "tsctl/engine/passes/constants.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

std::optional<double> number_of(const Value& value) {
  if (const auto number = constant_number(value)) return number;
  const auto tensor = constant_tensor(value);
  if (!tensor || tensor->dim() != 0 || tensor->is_complex()) return std::nullopt;
  return tensor->item<double>();
}

// How often a power multiplies its base: 2 or 3 times, or not at all.
std::int64_t times_multiplied(const Node& node) {
  if (is_any_of(node, {"aten::square"})) return 2;
  if (!is_any_of(node, {"aten::pow"})) return 0;
  const auto exponent = number_of(*node.input(1));
  return exponent == 2.0 || exponent == 3.0 ? static_cast<std::int64_t>(*exponent) : 0;
}

// The constant that the node divides by.
std::optional<double> divisor_of(const Node& node) {
  if (!is_any_of(node, {"aten::div"}) || node.inputs().size() != 2) return std::nullopt;
  return number_of(*node.input(1));
}

// What is read twice is no step on the way but what the expression works on. A root may be read as often as it likes.
bool is_step(const Value& value, bool is_root) { return is_root || value.uses().size() == 1; }

void add_factors(Value* value, Terms& product, bool is_root = false) {
  Node& node = *value->node();
  if (const auto number = number_of(*value)) {
    product.constant *= *number;
    return;
  }
  const bool is_part = is_step(*value, is_root);
  const std::int64_t times = is_part ? times_multiplied(node) : 0;
  const auto divisor = is_part ? divisor_of(node) : std::nullopt;
  if (times > 0) {
    for (std::int64_t i = 0; i < times; ++i) add_factors(node.input(0), product);
  } else if (divisor) {
    add_factors(node.input(0), product);
    product.constant /= *divisor;
  } else if (is_part && is_any_of(node, {"aten::mul"})) {
    for (Value* factor : node.inputs()) add_factors(factor, product);
  } else {
    product.operands.push_back(value);
  }
}

void add_summands(Value* value, Terms& sum) {
  Node& node = *value->node();
  const bool adds = is_any_of(node, {"aten::add"});
  const bool subtracts = is_any_of(node, {"aten::sub"});
  if (const auto number = number_of(*value)) {
    sum.constant += *number;
  } else if (is_step(*value, false) && (adds || subtracts) && node.inputs().size() == 3 &&
             constant_number(*node.input(2)) == 1.0 && (adds || number_of(*node.input(1)))) {
    add_summands(node.input(0), sum);
    if (subtracts) {
      sum.constant -= *number_of(*node.input(1));
    } else {
      add_summands(node.input(1), sum);
    }
  } else {
    sum.operands.push_back(value);
  }
}

// Adds the nodes that compute the value from `input`. Constants, and lists of them, are none.
void add_parts(Value* value, const Value* input, std::vector<Node*>& parts) {
  Node* const node = value->node();
  const bool is_part = value != input && node->kind() != c10::prim::Constant &&
                       node->kind() != c10::prim::ListConstruct;
  if (!is_part || std::ranges::find(parts, node) != parts.end()) return;
  parts.push_back(node);
  for (Value* operand : node->inputs()) add_parts(operand, input, parts);
}

// The nodes between the root and the first input, the root included.
std::vector<Node*> parts_of(const Expression& expression) {
  std::vector<Node*> parts;
  add_parts(expression.root->output(), expression.inputs[0], parts);
  return parts;
}

std::string reason_by_parts(const Expression& expression) {
  const std::vector<Node*> parts = parts_of(expression);
  for (const Node* part : parts) {
    if (part == expression.root) continue;
    if (part->owningBlock() != expression.root->owningBlock())
      return "its parts lie in several branches or loops";
    for (const Value* output : part->outputs()) {
      for (const torch::jit::Use& use : output->uses()) {
        if (std::ranges::find(parts, use.user) == parts.end())
          return "something else reads a part of it";
      }
    }
  }
  return {};
}

}  // namespace

Terms product_of(Value* value, bool is_root) {
  Terms product{.constant = 1.0};
  add_factors(value, product, is_root);
  return product;
}

Terms sum_of(Value* value) {
  Terms sum;
  add_summands(value, sum);
  return sum;
}

Value* argument_of(Value* value, std::initializer_list<const char*> ops) {
  Node& node = *value->node();
  return is_any_of(node, ops) ? node.input(0) : nullptr;
}

bool is_close(double left, double right) {
  return std::abs(left - right) <= 1e-6 * std::abs(right);
}

std::string reason_left(const Expression& expression, const torch::jit::AliasDb& aliases,
                        ProvenDtypes& dtypes) {
  if (std::string reason = reason_by_parts(expression); !reason.empty()) return reason;
  const Dtype first = dtypes.of(*expression.inputs[0]);
  for (const Value* input : expression.inputs) {
    if (input == nullptr) continue;
    if (aliases.hasWriters(input)) return "something changes its operands in place";
    const Dtype dtype = dtypes.of(*input);
    // Arithmetic makes floats of integers; the operator would refuse them.
    if (!dtype) return "the dtype of its input depends on the model's inputs";
    if (!c10::isFloatingType(*dtype)) return "its dtype is not a floating-point type";
    if (dtype != first) return "its operands have different dtypes";
  }
  return {};
}

}  // namespace tsctl::passes
