#include "tsctl/engine/passes/proven_dtypes.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// The result has the dtype of the first operand, of any dtype, or the operator raises.
constexpr auto kKeeping = std::to_array<std::string_view>({
    "alias",         "chunk",
    "clone",         "contiguous",
    "detach",        "dropout",
    "expand",        "feature_dropout",
    "flatten",       "flip",
    "gather",        "index_select",
    "layer_norm",    "movedim",
    "narrow",        "permute",
    "pixel_shuffle", "pixel_unshuffle",
    "relu",          "repeat",
    "reshape",       "roll",
    "select",        "slice",
    "split",         "squeeze",
    "transpose",     "split_with_sizes",
    "unbind",        "unflatten",
    "unfold",        "unsafe_chunk",
    "unsafe_split",  "unsqueeze",
    "view",          "view_as",
});

// The same if the first operand is of floating point. Of integers they may make floats.
constexpr auto kKeepingFloats = std::to_array<std::string_view>({
    "abs",
    "adaptive_avg_pool2d",
    "amax",
    "amin",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "celu",
    "clamp",
    "clamp_max",
    "clamp_min",
    "constant_pad_nd",
    "cos",
    "elu",
    "embedding",
    "erf",
    "exp",
    "gelu",
    "glu",
    "group_norm",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "instance_norm",
    "leaky_relu",
    "log",
    "masked_fill",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "neg",
    "pad",
    "pow",
    "reciprocal",
    "relu6",
    "rms_norm",
    "rsqrt",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "sin",
    "softplus",
    "sqrt",
    "square",
    "std",
    "tanh",
    "upsample_bicubic2d",
    "upsample_bilinear2d",
    "upsample_nearest2d",
    "var",
});

// The same if they are not asked for another dtype.
constexpr auto kReductions =
    std::to_array<std::string_view>({"log_softmax", "mean", "softmax", "sum"});

template <std::size_t count>
bool is_one_of(const Node& node, const std::array<std::string_view, count>& names) {
  return node.kind().is_aten() && std::ranges::find(names, op_name(node)) != names.end();
}

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

bool keeps_dtype(const Node& node) { return is_one_of(node, kKeeping) && has_plain_operands(node); }

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
  const bool is_reduction =
      (is_one_of(node, kReductions) && is_none(*node.inputs().back())) ||
      (is_any_of(node, {"aten::max", "aten::min"}) && node.inputs().size() == 3);
  const bool keeps_floats = is_one_of(node, kKeepingFloats) && has_plain_operands(node);
  if (is_reduction || keeps_dtype(node) || keeps_floats ||
      is_any_of(node, {"aten::cat", "aten::stack"})) {
    return floating(of(*node.input(0)));
  }
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
