#include "tsctl/engine/passes/proven_dtypes.h"

#include <algorithm>
#include <set>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/nodes.h"
#include "tsctl/engine/passes/operator_facts.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// A tensor as exponent or as limit changes the dtype of the result. So does a view as another dtype.
bool has_plain_operands(const Node& node) {
  if (is_any_of(node, {"aten::view"}))
    return node.input(1)->type()->kind() != c10::TypeKind::IntType;
  if (!is_any_of(node, {"aten::pow", "aten::clamp", "aten::clamp_min", "aten::clamp_max"}))
    return true;
  return std::ranges::none_of(node.inputs().slice(1), [](const Value* operand) {
    return operand->type()->isSubtypeOf(*c10::TensorType::get());
  });
}

// Whether the result has the dtype of the first operand, of any dtype, or the operator raises.
bool keeps_dtype(const Node& node) {
  return facts_of(node).dtype == DtypeRule::kept && has_plain_operands(node);
}

// The same if the first operand, or the first element of a list, is of floating point.
bool keeps_floating_dtype(const Node& node) {
  if (is_any_of(node, {"aten::cat", "aten::stack"})) return true;
  // max(x, dim, keepdim)
  if (is_any_of(node, {"aten::max", "aten::min"}) && node.inputs().size() == 3) return true;
  switch (facts_of(node).dtype) {
    case DtypeRule::kept:
    case DtypeRule::kept_if_floating:
      return has_plain_operands(node);
    case DtypeRule::kept_unless_given:
      return is_none(*node.inputs().back());
    case DtypeRule::other:
      return false;
  }
  return false;
}

// These take an input and a weight of one dtype, and give it.
bool is_layer(const Node& node) {
  return is_any_of(node, {"aten::linear", "aten::conv1d", "aten::conv2d", "aten::conv3d",
                          "aten::conv_transpose1d", "aten::conv_transpose2d",
                          "aten::conv_transpose3d", "aten::_convolution", "aten::prelu"});
}

bool is_product(const Node& node) {
  return is_any_of(node, {"aten::matmul", "aten::bmm", "aten::mm"});
}

Dtype floating(Dtype dtype) { return dtype && c10::isFloatingType(*dtype) ? dtype : std::nullopt; }

bool is_real_number(const Value& value) {
  const c10::TypeKind kind = value.type()->kind();
  return kind == c10::TypeKind::IntType || kind == c10::TypeKind::FloatType;
}

// The dtype that a layer forces upon its input, and so upon the value: the layer runs whenever the value is there.
Dtype forced_by_layers(const Value& value, std::set<const Value*>& seen) {
  if (!seen.insert(&value).second) return std::nullopt;
  for (const torch::jit::Use& use : value.uses()) {
    const Node& user = *use.user;
    if (use.offset != 0 || user.owningBlock() != value.node()->owningBlock()) continue;
    if (is_layer(user)) {
      const auto weight = constant_tensor(*user.input(1));
      if (weight && weight->is_floating_point()) return weight->scalar_type();
    } else if (keeps_dtype(user) && user.outputs().size() == 1) {
      if (const Dtype dtype = forced_by_layers(*user.output(), seen)) return dtype;
    }
  }
  return std::nullopt;
}

}  // namespace

Dtype converted_to(const Node& node) {
  const auto* schema = node.maybeSchema();
  if (!is_any_of(node, {"aten::to"}) || schema == nullptr || schema->overload_name() != "dtype" ||
      constant_bool(*node.namedInput("copy")) != false ||
      !is_none(*node.namedInput("memory_format"))) {
    return std::nullopt;
  }
  const auto dtype = constant_int(*node.namedInput("dtype"));
  return dtype ? Dtype(static_cast<c10::ScalarType>(*dtype)) : std::nullopt;
}

Dtype ProvenDtypes::of(const Value& value) {
  const auto [place, is_new] = known_.try_emplace(&value);
  if (!is_new) return place->second;
  const Dtype found = find(value);  // may move what is known
  known_[&value] = found;
  return found;
}

Dtype ProvenDtypes::find(const Value& value) {
  if (const auto tensor = constant_tensor(value)) return tensor->scalar_type();
  if (const Dtype dtype = after(*value.node(), value.offset())) return dtype;
  std::set<const Value*> seen;
  return forced_by_layers(value, seen);
}

// What follows from the operator that gives the value.
Dtype ProvenDtypes::after(const Node& node, std::size_t output) {
  if (const Dtype dtype = converted_to(node)) return dtype;
  if (node.kind() == c10::prim::If) {
    const Dtype dtype = of(*node.blocks()[0]->outputs()[output]);
    return dtype == of(*node.blocks()[1]->outputs()[output]) ? dtype : std::nullopt;
  }
  if (node.kind() == c10::prim::ListUnpack || is_any_of(node, {"aten::__getitem__"}))
    return of(*node.input(0));
  if (node.kind() == c10::prim::ListConstruct) return of_all(node);
  if (output != 0) return std::nullopt;
  if (is_layer(node)) return of(*node.input(1));
  if (is_product(node)) {
    const Dtype dtype = of(*node.input(1));
    return dtype ? dtype : of(*node.input(0));
  }
  if (keeps_floating_dtype(node)) return floating(of(*node.input(0)));
  if (is_any_of(node,
                {"aten::add", "aten::add_", "aten::sub", "aten::sub_", "aten::mul", "aten::mul_",
                 "aten::div", "aten::div_", "aten::maximum", "aten::minimum"})) {
    return promoted(node, 0, 1);
  }
  if (is_any_of(node, {"aten::where"}) && node.inputs().size() == 3) return promoted(node, 1, 2);
  return std::nullopt;
}

Dtype ProvenDtypes::promoted(const Node& node, std::size_t left, std::size_t right) {
  const Dtype dtype = floating(of(*node.input(left)));
  if (is_real_number(*node.input(right))) return dtype;
  return dtype == of(*node.input(right)) ? dtype : std::nullopt;
}

Dtype ProvenDtypes::of_all(const Node& list) {
  if (list.inputs().empty()) return std::nullopt;
  const Dtype dtype = of(*list.input(0));
  const bool are_equal = std::ranges::all_of(
      list.inputs(), [&](const Value* element) { return of(*element) == dtype; });
  return are_equal ? dtype : std::nullopt;
}

}  // namespace tsctl::passes
