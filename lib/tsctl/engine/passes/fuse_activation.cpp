#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/build.h"
#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/expression.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr double kSqrtHalf = 0.70710678118654752;
constexpr double kSqrtTwoByPi = 0.79788456080286536;
constexpr double kCubicGelu = 0.044715;

// Whether these are the input, `power` times.
bool are_all(const std::vector<Value*>& operands, const Value* input, std::size_t power) {
  if (operands.size() != power) return false;
  for (const Value* operand : operands) {
    if (operand != input) return false;
  }
  return true;
}

// constant * input^power
bool is_monomial(Value* value, const Value* input, double constant, std::size_t power) {
  const Terms product = product_of(value);
  return is_close(product.constant, constant) && are_all(product.operands, input, power);
}

// relu6(input + 3)
bool is_ramp(Value* value, const Value* input) {
  Node& node = *value->node();
  const bool clamps = is_any_of(node, {"aten::clamp", "aten::hardtanh"}) &&
                      constant_number(*node.input(1)) == 0.0 &&
                      constant_number(*node.input(2)) == 6.0;
  if (!clamps && !is_any_of(node, {"aten::relu6"})) return false;
  const Terms sum = sum_of(node.input(0));
  return sum.constant == 3.0 && are_all(sum.operands, input, 1);
}

// 0.79788456 * (x + 0.044715 * x^3), or x taken out of the brackets
bool is_inside_of_tanh(Value* value, const Value* input) {
  const Terms product = product_of(value);
  if (!is_close(product.constant, kSqrtTwoByPi)) return false;
  if (product.operands.size() == 1) {
    const Terms sum = sum_of(product.operands[0]);
    if (sum.constant != 0.0 || sum.operands.size() != 2) return false;
    const bool first = sum.operands[0] == input;
    return (first || sum.operands[1] == input) &&
           is_monomial(sum.operands[first ? 1 : 0], input, kCubicGelu, 3);
  }
  if (product.operands.size() != 2) return false;
  const bool first = product.operands[0] == input;
  if (!first && product.operands[1] != input) return false;
  const Terms sum = sum_of(product.operands[first ? 1 : 0]);
  return sum.constant == 1.0 && sum.operands.size() == 1 &&
         is_monomial(sum.operands[0], input, kCubicGelu, 2);
}

// The activation that input * gate * constant is, or nothing.
std::string activation_of(const Value* input, Value* gate, double constant) {
  if (is_close(constant, 1.0)) {
    if (argument_of(gate, {"aten::sigmoid"}) == input) return "silu";
    if (argument_of(gate, {"aten::hardsigmoid"}) == input) return "hardswish";
  }
  if (is_close(constant, 1.0 / 6.0) && is_ramp(gate, input)) return "hardswish";
  if (!is_close(constant, 0.5)) return {};
  const Terms sum = sum_of(gate);
  if (sum.constant != 1.0 || sum.operands.size() != 1) return {};
  if (Value* const inside = argument_of(sum.operands[0], {"aten::erf"}))
    return is_monomial(inside, input, kSqrtHalf, 1) ? "gelu" : "";
  Value* const inside = argument_of(sum.operands[0], {"aten::tanh"});
  return inside != nullptr && is_inside_of_tanh(inside, input) ? "gelu_tanh" : "";
}

std::optional<Expression> find_activation(Node& node) {
  if (!is_any_of(node, {"aten::mul", "aten::div"})) return std::nullopt;
  const Terms product = product_of(node.output(), /*is_root=*/true);
  if (product.operands.size() != 2) return std::nullopt;
  for (const std::size_t which : {0, 1}) {
    Value* const input = product.operands[which];
    const std::string name = activation_of(input, product.operands[1 - which], product.constant);
    if (!name.empty()) return Expression{.name = name, .root = &node, .inputs = {input}};
  }
  return std::nullopt;
}

void fuse(const Expression& found) {
  const Builder build(*found.root);
  Value* const input = found.inputs[0];
  Value* result = nullptr;
  if (found.name == "gelu_tanh") {
    result = build.op("aten::gelu", {input}, {{"approximate", std::string("tanh")}});
  } else {
    result = build.op(("aten::" + found.name).c_str(), {input});
  }
  found.root->output()->replaceAllUsesWith(result);
}

}  // namespace

template <>
void run_on_method<row_of("fuse_activation")>(PassContext& context) {
  const auto graph = context.graph();
  std::optional<torch::jit::AliasDb> aliases;
  ProvenDtypes dtypes;
  std::vector<Node*> accepted;
  for_each_node(*graph, [&](Node& node) {
    const auto found = find_activation(node);
    if (!found) return;
    if (!aliases) aliases.emplace(graph);
    if (const std::string reason = reason_left(*found, *aliases, dtypes); !reason.empty()) {
      context.skip(node, reason);
    } else {
      accepted.push_back(&node);
    }
  });
  for (Node* node : accepted) {
    if (!context.may_rewrite(*node)) continue;
    const Expression found = find_activation(*node).value();
    context.rewrote("fused " + found.name + " at " + context.place_of(*node));
    fuse(found);
  }
  if (!accepted.empty()) torch::jit::EliminateDeadCode(graph);
}

}  // namespace tsctl::passes
