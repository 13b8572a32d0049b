#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/engine/passes/build.h"
#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/expression.h"

namespace tsctl::passes {

namespace {

using torch::jit::AliasDb;
using torch::jit::Node;
using torch::jit::Value;
using Size = std::optional<std::int64_t>;

// --- Matching ---

// What a reduction, or an expression made of reductions, runs along. All parts of a normalization must run along the
// same dimension of the same input.
struct Along {
  Value* input = nullptr;
  std::int64_t dim = 0;

  bool operator==(const Along&) const = default;
};

// Of a reduction over one dimension that it keeps with size 1, else nothing. The numbers are those of its arguments.
std::optional<Along> along_of(Node& reduction, std::size_t dims, std::size_t keepdim) {
  if (constant_bool(*reduction.input(keepdim)) != true) return std::nullopt;
  const Value& dim = *reduction.input(dims);
  const auto list = constant_ints(dim);
  const auto single = list && list->size() == 1 ? std::optional(list->front()) : constant_int(dim);
  if (!single) return std::nullopt;
  return Along{reduction.input(0), *single};
}

// mean(x, dim, keepdim) or sum(x, dim, keepdim), in the dtype of x
std::optional<Along> reduction_by(const char* op, Value* value) {
  Node& node = *value->node();
  if (!is_any_of(node, {op}) || node.inputs().size() != 4 || !is_none(*node.input(3)))
    return std::nullopt;
  return along_of(node, 1, 2);
}

std::optional<Along> mean_of(Value* value) { return reduction_by("aten::mean", value); }

// x - mean(x)
std::optional<Along> centered(Value* value) {
  Node& node = *value->node();
  if (!is_any_of(node, {"aten::sub"}) || constant_number(*node.input(2)) != 1.0)
    return std::nullopt;
  const auto mean = mean_of(node.input(1));
  return mean && mean->input == node.input(0) ? mean : std::nullopt;
}

// The two operands of mean(left * right), and the dimension of the mean.
struct MeanProduct {
  Value* left = nullptr;
  Value* right = nullptr;
  std::int64_t dim = 0;
};

std::optional<MeanProduct> mean_product(Value* value) {
  const auto mean = mean_of(value);
  if (!mean) return std::nullopt;
  const Terms product = product_of(mean->input);
  if (product.constant != 1.0 || product.operands.size() != 2) return std::nullopt;
  return MeanProduct{product.operands[0], product.operands[1], mean->dim};
}

// mean(x * x)
std::optional<Along> mean_square(Value* value) {
  const auto found = mean_product(value);
  if (!found || found->left != found->right) return std::nullopt;
  return Along{found->left, found->dim};
}

// mean((x - mean(x)) * (x - mean(x))), or var(x, dim, unbiased or correction, keepdim) without a correction
std::optional<Along> variance(Value* value) {
  Node& node = *value->node();
  if (is_any_of(node, {"aten::var"})) {
    const bool has_no_correction =
        node.inputs().size() == 4 &&
        (constant_bool(*node.input(2)) == false || constant_number(*node.input(2)) == 0.0);
    return has_no_correction ? along_of(node, 1, 3) : std::nullopt;
  }
  const auto found = mean_product(value);
  if (!found) return std::nullopt;
  const auto left = centered(found->left);
  const auto right = centered(found->right);
  return left && left == right && left->dim == found->dim ? left : std::nullopt;
}

// 1 / sqrt(spread + eps), by which the root scales its other operand
struct Scale {
  Value* spread = nullptr;
  double eps = 0.0;
};

// The x of this operand of the root: sqrt(x) if the root divides by it, rsqrt(x) if not. Else null.
Value* under_root(Node& root, std::size_t operand) {
  Value* const value = root.input(operand);
  const bool divides = is_any_of(root, {"aten::div"});
  if (Value* const base = argument_of(value, {"aten::pow"}))
    return constant_number(*value->node()->input(1)) == (divides ? 0.5 : -0.5) ? base : nullptr;
  return argument_of(value, {divides ? "aten::sqrt" : "aten::rsqrt"});
}

std::optional<Scale> scale_of(Node& root, std::size_t operand) {
  Value* const value = under_root(root, operand);
  if (value == nullptr) return std::nullopt;
  const Terms sum = sum_of(value);
  if (sum.operands.size() != 1 || sum.constant <= 0.0) return std::nullopt;
  return Scale{sum.operands[0], sum.constant};
}

// A normalization that is written out.
struct Normalization {
  Expression expression = {};  // with its name: layer_norm, rms_norm or softmax
  std::int64_t dim = 0;
};

// (x - mean) / sqrt(variance + eps), or x / sqrt(mean of squares + eps); or a product with rsqrt
std::optional<Normalization> find_scaled(Node& root) {
  if (root.inputs().size() != 2) return std::nullopt;
  const std::size_t candidates = is_any_of(root, {"aten::mul"}) ? 2 : 1;
  for (std::size_t scaled = 0; scaled < candidates; ++scaled) {
    const auto scale = scale_of(root, 1 - scaled);
    if (!scale) continue;
    Value* const value = root.input(scaled);
    if (const auto along = centered(value); along && along == variance(scale->spread))
      return Normalization{{"layer_norm", &root, {along->input}, scale->eps}, along->dim};
    if (const auto along = mean_square(scale->spread); along && along->input == value)
      return Normalization{{"rms_norm", &root, {value}, scale->eps}, along->dim};
  }
  return std::nullopt;
}

// The x of `x - max(x)` along this dimension, else the value itself. A softmax is the same without the maximum, which
// is taken off against overflow.
Value* without_maximum(Value* value, std::int64_t dim) {
  Node& difference = *value->node();
  if (!is_any_of(difference, {"aten::sub"}) || constant_number(*difference.input(2)) != 1.0)
    return value;
  Node& maximum = *difference.input(1)->node();
  if (!is_any_of(maximum, {"aten::max", "aten::amax"}) || maximum.inputs().size() != 3)
    return value;
  Value* const input = difference.input(0);
  return along_of(maximum, 1, 2) == Along{input, dim} ? input : value;
}

// exp(x - max) / sum of it
std::optional<Normalization> find_softmax(Node& root) {
  if (!is_any_of(root, {"aten::div"}) || root.inputs().size() != 2) return std::nullopt;
  Value* const exponent = argument_of(root.input(0), {"aten::exp"});
  const auto sum = reduction_by("aten::sum", root.input(1));
  if (exponent == nullptr || !sum || sum->input != root.input(0)) return std::nullopt;
  return Normalization{{"softmax", &root, {without_maximum(exponent, sum->dim)}}, sum->dim};
}

std::optional<Normalization> find_normalization(Node& root) {
  if (!is_any_of(root, {"aten::mul", "aten::div"})) return std::nullopt;
  const auto softmax = find_softmax(root);
  return softmax ? softmax : find_scaled(root);
}

// --- Conditions ---

// Whether the sizes and strides that were seen are those of a tensor that lies row by row. A stride that varies with
// the size of a later dimension is as it should be.
bool is_row_by_row(const c10::TensorType& type) {
  const auto rank = type.dim();
  if (!rank || !type.strides().size()) return false;
  Size expected = 1;
  for (std::size_t i = *rank; i-- > 0;) {
    if (type.strides()[i] != expected) return false;
    const Size size = type.sizes()[i];
    expected = expected && size ? std::optional(*expected * *size) : std::nullopt;
  }
  return true;
}

// What the operator needs besides what every expression needs.
std::string reason_by_sizes(PassContext& context, const Normalization& found) {
  const auto type = context.observed_types().of(*found.expression.inputs[0]);
  const auto rank = type != nullptr ? type->dim() : std::nullopt;
  if (!rank) return "its sizes are not known";
  if (!is_row_by_row(*type)) return "its input is not stored row by row";
  if (found.expression.name == "softmax") return {};
  const auto last = static_cast<std::int64_t>(*rank) - 1;
  if (found.dim != -1 && found.dim != last) return "it does not run over the last dimension";
  return {};
}

// The node that is the only reader of `value`, if it is `op`.
Node* only_reader(const Value& value, const char* op) {
  if (value.uses().size() != 1) return nullptr;
  Node* const user = value.uses()[0].user;
  return is_any_of(*user, {op}) && user->owningBlock() == value.node()->owningBlock() ? user
                                                                                      : nullptr;
}

// The other operand if it has one value for each feature, else null.
Value* per_feature(PassContext& context, Node& node, const Value* operand,
                   const c10::TensorType& input) {
  Value* const other = node.input(node.input(0) == operand ? 1 : 0);
  const auto constant = constant_tensor(*other);
  const auto type =
      constant ? c10::TensorType::create(*constant) : context.observed_types().of(*other);
  const auto rank = input.dim();
  const Size features = rank && *rank > 0 ? input.sizes()[*rank - 1] : std::nullopt;
  const bool fits =
      features && type != nullptr && type->dim() == std::size_t{1} && type->sizes()[0] == features;
  return fits ? other : nullptr;
}

// A product or a sum with one value for each feature.
struct FeatureStep {
  Node* node = nullptr;
  Value* values = nullptr;
};

// The step by `op` that follows the expression, if the operator can do it too.
std::optional<FeatureStep> step_after(const Expression& expression, const char* op,
                                      PassContext& context, const AliasDb& aliases,
                                      ProvenDtypes& dtypes) {
  const auto input = context.observed_types().of(*expression.inputs[0]);
  const Value* const result = expression.root->output();
  Node* const node = only_reader(*result, op);
  Value* const values = node == nullptr ? nullptr : per_feature(context, *node, result, *input);
  if (values == nullptr || aliases.hasWriters(values) ||
      dtypes.of(*values) != dtypes.of(*expression.inputs[0])) {
    return std::nullopt;
  }
  const bool has_alpha = node->inputs().size() == 3 && constant_number(*node->input(2)) != 1.0;
  return has_alpha ? std::nullopt : std::optional(FeatureStep{node, values});
}

// The expression with the steps that follow it: the factors of the features, and for layer_norm the summands.
Expression with_weights(Expression expression, PassContext& context, const AliasDb& aliases,
                        ProvenDtypes& dtypes) {
  if (expression.name == "softmax") return expression;
  for (const char* op : {"aten::mul", "aten::add"}) {
    const auto step = step_after(expression, op, context, aliases, dtypes);
    if (!step) break;
    expression.inputs.push_back(step->values);
    expression.root = step->node;
    if (expression.name == "rms_norm") break;
  }
  return expression;
}

// --- Rewriting ---

Value* insert_operator(const Builder& build, const Normalization& found) {
  const auto& [name, root, inputs, eps] = found.expression;
  if (name == "softmax") return build.op("aten::softmax", {inputs[0], found.dim});
  Value* const none = build.constant({});
  Value* const weight = inputs.size() > 1 ? inputs[1] : none;
  Value* const bias = inputs.size() > 2 ? inputs[2] : none;
  // As large as in this call: without weights, other sizes than the declared ones work too.
  Value* const shape = build.list({build.op("aten::size", {inputs[0], -1})});
  if (name == "rms_norm") return build.op("aten::rms_norm", {inputs[0], shape, weight, eps});
  return build.op("aten::layer_norm", {inputs[0], shape, weight, bias, eps});
}

// `replaced` has the results that are new: an expression may work on the one before it.
void replace(Normalization& found, std::map<Value*, Value*>& replaced) {
  for (Value*& input : found.expression.inputs) {
    if (const auto known = replaced.find(input); known != replaced.end()) input = known->second;
  }
  Value* const before = found.expression.root->output();
  replaced[before] = insert_operator(Builder(*found.expression.root), found);
  before->replaceAllUsesWith(replaced[before]);
}

}  // namespace

template <>
void run_on_method<row_of("fuse_normalization")>(PassContext& context) {
  const auto graph = context.graph();
  std::optional<AliasDb> aliases;
  ProvenDtypes dtypes;
  std::vector<Normalization> accepted;
  for_each_node(*graph, [&](Node& node) {
    auto found = find_normalization(node);
    if (!found) return;
    if (!aliases) aliases.emplace(graph);
    std::string reason = reason_left(found->expression, *aliases, dtypes);
    if (reason.empty()) reason = reason_by_sizes(context, *found);
    if (!reason.empty()) return context.skip(node, reason);
    found->expression = with_weights(found->expression, context, *aliases, dtypes);
    accepted.push_back(*found);
  });
  std::map<Value*, Value*> replaced;
  for (Normalization& found : accepted) {
    const Node& root = *found.expression.root;
    if (!context.may_rewrite(root)) continue;
    context.rewrote("fused " + found.expression.name + " at " + context.place_of(root));
    replace(found, replaced);
  }
  if (!accepted.empty()) torch::jit::EliminateDeadCode(graph);
}

}  // namespace tsctl::passes
