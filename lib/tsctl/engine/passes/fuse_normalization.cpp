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

// The one dimension that a reduction keeps as 1, or nothing.
std::optional<std::int64_t> kept_dimension(const Node& node, std::size_t dims,
                                           std::size_t keepdim) {
  const auto list = constant_ints(*node.input(dims));
  const auto single =
      list && list->size() == 1 ? std::optional(list->front()) : constant_int(*node.input(dims));
  return constant_bool(*node.input(keepdim)) == true ? single : std::nullopt;
}

// Finds what belongs to one normalization: every part must run over the same dimension of the same input.
class Finder {
 public:
  explicit Finder(Node& root) : root_(root) {}

  // (x - mean) / sqrt(variance + eps), or x / sqrt(mean of squares + eps)
  std::optional<Expression> scaled() {
    for (const std::size_t which : {0, 1}) {
      if (which == 1 && !is_any_of(root_, {"aten::mul"})) continue;
      if (auto found = scaled("layer_norm", which)) return found;
      if (auto found = scaled("rms_norm", which)) return found;
    }
    return std::nullopt;
  }

  // exp(x - max) / sum of it
  std::optional<Expression> softmax() {
    if (!is_any_of(root_, {"aten::div"}) || root_.inputs().size() != 2) return std::nullopt;
    Value* const exponent = argument_of(root_.input(0), {"aten::exp"}, parts_);
    Node& sum = *root_.input(1)->node();
    if (exponent == nullptr || !is_any_of(sum, {"aten::sum"}) || sum.inputs().size() != 4 ||
        sum.input(0) != root_.input(0) || !is_none(*sum.input(3)) ||
        !takes(kept_dimension(sum, 1, 2))) {
      return std::nullopt;
    }
    parts_.push_back(&sum);
    input_ = without_maximum(exponent);
    return found("softmax", 0.0);
  }

  std::int64_t dim() const { return dim_.value(); }

 private:
  std::optional<Expression> scaled(const char* name, std::size_t which) {
    parts_.clear();
    dim_.reset();
    input_ = root_.input(which);
    Value* const spread = spread_of(which);
    if (spread == nullptr) return std::nullopt;
    const Terms sum = sum_of(spread, parts_);
    if (sum.operands.size() != 1 || sum.constant <= 0.0) return std::nullopt;
    const bool matches = name == std::string_view("rms_norm")
                             ? is_mean_square(sum.operands[0], input_)
                             : is_centered(input_) && is_variance(sum.operands[0]);
    return matches ? found(name, sum.constant) : std::nullopt;
  }

  std::optional<Expression> found(const char* name, double eps) {
    return Expression{name, &root_, parts_, {input_}, eps};
  }

  bool takes(std::optional<std::int64_t> dim) {
    if (!dim || (dim_ && dim_ != dim)) return false;
    dim_ = dim;
    return true;
  }

  // What is under the root by which, or with whose inverse, the root node scales.
  Value* spread_of(std::size_t which) {
    if (root_.inputs().size() != 2) return nullptr;
    Value* const other = root_.input(1 - which);
    const bool divides = is_any_of(root_, {"aten::div"});
    if (is_any_of(*other->node(), {"aten::pow"})) {
      if (constant_number(*other->node()->input(1)) != (divides ? 0.5 : -0.5)) return nullptr;
      return argument_of(other, {"aten::pow"}, parts_);
    }
    return divides ? argument_of(other, {"aten::sqrt"}, parts_)
                   : argument_of(other, {"aten::rsqrt"}, parts_);
  }

  // mean(x, dim, keepdim)
  Value* averaged(Value* value) {
    Node& node = *value->node();
    if (!is_any_of(node, {"aten::mean"}) || node.inputs().size() != 4 || !is_none(*node.input(3)) ||
        !takes(kept_dimension(node, 1, 2))) {
      return nullptr;
    }
    parts_.push_back(&node);
    return node.input(0);
  }

  bool is_mean_square(Value* value, const Value* of) {
    Value* const square = averaged(value);
    if (square == nullptr) return false;
    const Terms product = product_of(square, parts_);
    return product.constant == 1.0 && product.operands.size() == 2 && product.operands[0] == of &&
           product.operands[1] == of;
  }

  // x - mean(x), which becomes the input.
  bool is_centered(Value* value) {
    Node& node = *value->node();
    if (!is_any_of(node, {"aten::sub"}) || constant_number(*node.input(2)) != 1.0) return false;
    parts_.push_back(&node);
    Value* const averages = node.input(1);
    if (averaged(averages) != node.input(0)) return false;
    input_ = node.input(0);
    return true;
  }

  bool is_variance(Value* value) {
    Node& node = *value->node();
    if (is_any_of(node, {"aten::var"})) return is_plain_variance(node);
    Value* const square = averaged(value);
    if (square == nullptr) return false;
    const Terms product = product_of(square, parts_);
    return product.constant == 1.0 && product.operands.size() == 2 &&
           is_centered_input(product.operands[0]) && is_centered_input(product.operands[1]);
  }

  bool is_centered_input(Value* value) {
    const Value* const before = input_;
    return is_centered(value) && input_ == before;
  }

  // var(x, dim, unbiased or correction, keepdim)
  bool is_plain_variance(Node& node) {
    if (node.inputs().size() != 4 || node.input(0) != input_ || !takes(kept_dimension(node, 1, 3)))
      return false;
    parts_.push_back(&node);
    return constant_bool(*node.input(2)) == false || constant_number(*node.input(2)) == 0.0;
  }

  // A softmax is the same without the maximum that is taken off against overflow.
  Value* without_maximum(Value* value) {
    Node& difference = *value->node();
    if (!is_any_of(difference, {"aten::sub"}) || constant_number(*difference.input(2)) != 1.0)
      return value;
    Node& maximum = *difference.input(1)->node();
    if (!is_any_of(maximum, {"aten::max", "aten::amax"}) || maximum.inputs().size() != 3 ||
        maximum.input(0) != difference.input(0) || kept_dimension(maximum, 1, 2) != dim_) {
      return value;
    }
    parts_.push_back(&difference);
    parts_.push_back(&maximum);
    return difference.input(0);
  }

  Node& root_;
  Parts parts_ = {};
  Value* input_ = nullptr;
  std::optional<std::int64_t> dim_ = {};
};

struct Found {
  Expression expression = {};
  std::int64_t dim = 0;
};

std::optional<Found> find_normalization(Node& node) {
  if (!is_any_of(node, {"aten::mul", "aten::div"})) return std::nullopt;
  Finder finder(node);
  auto expression = finder.softmax();
  if (!expression) expression = finder.scaled();
  if (!expression) return std::nullopt;
  return Found{*expression, finder.dim()};
}

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
std::string reason_by_sizes(PassContext& context, const Found& found) {
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
Value* per_feature(PassContext& context, const Node& node, const Value* operand,
                   const c10::TensorType& input) {
  Value* const other = const_cast<Node&>(node).input(node.input(0) == operand ? 1 : 0);
  const auto constant = constant_tensor(*other);
  const auto type =
      constant ? c10::TensorType::create(*constant) : context.observed_types().of(*other);
  const auto rank = input.dim();
  const Size features = rank && *rank > 0 ? input.sizes()[*rank - 1] : std::nullopt;
  const bool fits =
      features && type != nullptr && type->dim() == std::size_t{1} && type->sizes()[0] == features;
  return fits ? other : nullptr;
}

// Takes the factors and the summands of the features into the operator.
void add_weights(PassContext& context, const AliasDb& aliases, ProvenDtypes& dtypes,
                 Expression& expression) {
  const auto input = context.observed_types().of(*expression.inputs[0]);
  const auto extend = [&](const char* op) {
    const Value* const result = expression.root->output();
    Node* const user = only_reader(*result, op);
    Value* const values = user == nullptr ? nullptr : per_feature(context, *user, result, *input);
    if (values == nullptr || aliases.hasWriters(values) ||
        dtypes.of(*values) != dtypes.of(*expression.inputs[0])) {
      return false;
    }
    if (user->inputs().size() == 3 && constant_number(*user->input(2)) != 1.0) return false;
    expression.inputs.push_back(values);
    expression.root = user;
    return true;
  };
  if (extend("aten::mul") && expression.name == "layer_norm") extend("aten::add");
}

Value* fused(const Builder& build, const Found& accepted) {
  const Expression& found = accepted.expression;
  if (found.name == "softmax") return build.op("aten::softmax", {found.inputs[0], accepted.dim});
  Value* const none = build.constant({});
  const auto input = [&](std::size_t i) {
    return i < found.inputs.size() ? found.inputs[i] : none;
  };
  // As large as in this call: without weights, other sizes than the declared ones work too.
  Value* const shape = build.list({build.op("aten::size", {input(0), -1})});
  if (found.name == "rms_norm")
    return build.op("aten::rms_norm", {input(0), shape, input(1), found.eps});
  return build.op("aten::layer_norm", {input(0), shape, input(1), input(2), found.eps});
}

// `replaced` has the results that are new: an expression may work on the one before it.
void replace(Found& accepted, std::map<Value*, Value*>& replaced) {
  for (Value*& input : accepted.expression.inputs) {
    if (const auto found = replaced.find(input); found != replaced.end()) input = found->second;
  }
  Value* const before = accepted.expression.root->output();
  replaced[before] = fused(Builder(*accepted.expression.root), accepted);
  before->replaceAllUsesWith(replaced[before]);
}

}  // namespace

template <>
void run_on_method<row_of("fuse_normalization")>(PassContext& context) {
  const auto graph = context.graph();
  std::optional<AliasDb> aliases;
  ProvenDtypes dtypes;
  std::vector<Found> accepted;
  for_each_node(*graph, [&](Node& node) {
    auto found = find_normalization(node);
    if (!found) return;
    if (!aliases) aliases.emplace(graph);
    std::string reason = reason_left(found->expression, *aliases, dtypes);
    if (reason.empty()) reason = reason_by_sizes(context, *found);
    if (!reason.empty()) return context.skip(node, reason);
    if (found->expression.name != "softmax")
      add_weights(context, *aliases, dtypes, found->expression);
    accepted.push_back(*found);
  });
  std::map<Value*, Value*> replaced;
  for (Found& expression : accepted) {
    if (!context.may_rewrite(*expression.expression.root)) continue;
    context.rewrote("fused " + expression.expression.name + " at " +
                    context.place_of(*expression.expression.root));
    replace(expression, replaced);
  }
  if (!accepted.empty()) torch::jit::EliminateDeadCode(graph);
}

}  // namespace tsctl::passes
