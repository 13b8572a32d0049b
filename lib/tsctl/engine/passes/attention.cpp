#include "tsctl/engine/passes/attention.h"

#include "tsctl/engine/passes/constants.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

bool is_product(const Node& node) { return is_any_of(node, {"aten::matmul", "aten::bmm"}); }

bool divides(const Node& node) { return is_any_of(node, {"aten::div", "aten::div_"}); }

bool is_scaling(const Node& node) {
  return (divides(node) || is_any_of(node, {"aten::mul", "aten::mul_"})) &&
         node.inputs().size() == 2;
}

bool is_sum(const Node& node) { return is_any_of(node, {"aten::add", "aten::add_"}); }

bool is_hiding(const Node& node) {
  return is_any_of(node, {"aten::masked_fill", "aten::masked_fill_"}) ||
         (is_any_of(node, {"aten::where"}) && node.inputs().size() == 3);
}

// Which operand of a scaling or a sum the scores come through.
std::size_t scores_operand(const Node& node) {
  const auto leads_on = [](const Value* value) {
    const Node& producer = *value->node();
    return is_product(producer) || is_scaling(producer) || is_sum(producer) || is_hiding(producer);
  };
  return !leads_on(node.input(0)) && leads_on(node.input(1)) ? 1 : 0;
}

void absorb_scaling(Attention& found, Node& node, std::size_t operand) {
  Value* const other = node.input(1 - operand);
  const bool is_float = other->type()->kind() == c10::TypeKind::FloatType;
  if (divides(node) && operand == 1) {
    found.reason = "its scores are a divisor";
  } else if (const auto number = single_number(*other)) {
    found.factor = divides(node) ? found.factor / *number : found.factor * *number;
  } else if (is_float && found.scale == nullptr) {
    found.scale = other;
    found.divides = divides(node);
  } else {
    found.reason = "its scale is not a number";
  }
}

void absorb_mask(Attention& found, Node& node, std::size_t operand) {
  if (found.mask != nullptr) found.reason = "it has two masks";
  if (found.factor != 1.0 || found.scale != nullptr)
    found.reason = "its scores are scaled after the mask";
  if (is_sum(node)) {
    found.mask = node.input(1 - operand);
    if (constant_number(*node.input(2)) != 1.0) found.reason = "its mask has a factor";
    return;
  }
  found.hides_where_false = is_any_of(node, {"aten::where"});
  found.mask = node.input(found.hides_where_false ? 0 : 1);
  found.hidden = single_number(*node.input(2));
  if (!found.hidden) found.reason = "the value that its mask fills in is not a constant";
}

// Follows the scores from the softmax back to the product of query and keys. False if they come from elsewhere.
bool follow_scores(Attention& found) {
  for (Value* value = found.softmax->input(0);;) {
    Node& node = *value->node();
    if (value->uses().size() > 1) found.reason = "something else reads its scores";
    if (node.owningBlock() != found.result->owningBlock())
      found.reason = "its parts lie in several branches or loops";
    if (is_product(node)) {
      found.query = without_factors(node.input(0), found.factor);
      found.keys = without_factors(node.input(1), found.factor);
      return true;
    }
    std::size_t operand = 0;
    if (is_scaling(node)) {
      operand = scores_operand(node);
      absorb_scaling(found, node, operand);
    } else if (is_sum(node)) {
      operand = scores_operand(node);
      absorb_mask(found, node, operand);
    } else if (is_hiding(node)) {
      operand = is_any_of(node, {"aten::where"}) ? 1 : 0;
      absorb_mask(found, node, operand);
    } else {
      return false;
    }
    value = node.input(operand);
  }
}

}  // namespace

std::optional<double> single_number(const Value& value) {
  if (const auto number = constant_number(value)) return number;
  const auto tensor = constant_tensor(value);
  if (!tensor || tensor->dim() != 0 || tensor->is_complex()) return std::nullopt;
  return tensor->item<double>();
}

Value* without_factors(Value* value, double& factor) {
  while (value->uses().size() == 1) {
    const Node& node = *value->node();
    if (!is_any_of(node, {"aten::mul", "aten::div"}) || node.inputs().size() != 2) break;
    const std::size_t operand = !divides(node) && single_number(*node.input(0)) ? 1 : 0;
    const auto number = single_number(*node.input(1 - operand));
    if (!number) break;
    factor = divides(node) ? factor / *number : factor * *number;
    value = const_cast<Node&>(node).input(operand);
  }
  return value;
}

std::optional<Attention> find_attention(Node& node) {
  if (!is_product(node)) return std::nullopt;
  Attention found{.result = &node, .value = node.input(1)};
  Value* weights = node.input(0);
  if (is_any_of(*weights->node(), {"aten::dropout"})) {
    found.reason = "its dropout is active";
    weights = weights->node()->input(0);
  }
  if (!is_any_of(*weights->node(), {"aten::softmax"})) return std::nullopt;
  found.softmax = weights->node();
  if (weights->uses().size() > 1) found.reason = "something else reads its weights";
  if (weights->node()->owningBlock() != node.owningBlock())
    found.reason = "its parts lie in several branches or loops";
  if (!follow_scores(found)) return std::nullopt;
  return found;
}

}  // namespace tsctl::passes
