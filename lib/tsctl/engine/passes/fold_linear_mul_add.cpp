#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// An operator on the result of a linear layer and a constant.
struct Match {
  Node* node = nullptr;
  Node* linear = nullptr;
  Node* permute = nullptr;  // between the two; may be null
  std::size_t operand = 0;  // which one of the node is the layer's result
};

// A constant per output feature, or one for all of them, of the dtype of the weights.
struct Folding {
  at::Tensor constant = {};
  double alpha = 1.0;
};

bool multiplies(const Node& node) {
  return is_any_of(node, {"aten::mul", "aten::mul_", "aten::div", "aten::div_"});
}

bool divides(const Node& node) { return is_any_of(node, {"aten::div", "aten::div_"}); }

bool subtracts(const Node& node) { return is_any_of(node, {"aten::sub", "aten::sub_"}); }

// A division that rounds takes three operands.
bool is_arithmetic(const Node& node) {
  if (multiplies(node)) return node.inputs().size() == 2;
  return subtracts(node) || is_any_of(node, {"aten::add", "aten::add_"});
}

bool is_constant(const Value& value) {
  return constant_number(value).has_value() || constant_tensor(value).has_value();
}

std::optional<Match> match(Node& node) {
  if (!is_arithmetic(node)) return std::nullopt;
  for (const std::size_t operand : {0, 1}) {
    if (!is_constant(*node.input(1 - operand))) continue;
    Node* const producer = node.input(operand)->node();
    Node* const permute = is_any_of(*producer, {"aten::permute"}) ? producer : nullptr;
    Node* const linear = permute == nullptr ? producer : permute->input(0)->node();
    if (is_any_of(*linear, {"aten::linear"})) return Match{&node, linear, permute, operand};
  }
  return std::nullopt;
}

bool is_plain_weight(const std::optional<at::Tensor>& weight) {
  return weight && weight->layout() == at::kStrided && weight->is_floating_point() &&
         weight->dim() == 2;
}

std::string reason_left(const Match& match) {
  const Node& node = *match.node;
  const bool in_place = std::string_view(node.kind().toQualString()).ends_with('_');
  if (match.operand == 1 && (in_place || subtracts(node) || divides(node)))
    return "the result of linear is not its first operand";
  const Value& bias = *match.linear->input(2);
  if (!is_plain_weight(constant_tensor(*match.linear->input(1))) ||
      !(is_none(bias) || constant_tensor(bias))) {
    return "the weights of linear are not constants";
  }
  if (match.linear->output()->uses().size() > 1 ||
      (match.permute != nullptr && match.permute->output()->uses().size() > 1)) {
    return "something else reads the result of linear";
  }
  if (node.owningBlock() != match.linear->owningBlock())
    return "it runs in another branch or loop than linear";
  return {};
}

// The number of dimensions of the layer's result, or nothing if that is unknown.
std::optional<std::size_t> rank_of_result(PassContext& context, const Match& match) {
  if (match.permute != nullptr) {
    const auto dims = constant_ints(*match.permute->input(1));
    return dims ? std::optional(dims->size()) : std::nullopt;
  }
  const auto type = context.observed_types().of(*match.linear->output());
  return type == nullptr ? std::nullopt : type->dim();
}

// Where the output features lie in the operand, counted from its last dimension.
std::optional<std::size_t> feature_from_last(const Match& match) {
  if (match.permute == nullptr) return 0;
  const auto dims = constant_ints(*match.permute->input(1));
  if (!dims) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(dims->size());
  const auto from_the_last = std::views::reverse(*dims);
  const auto found = std::ranges::find_if(
      from_the_last, [rank](std::int64_t dim) { return dim == -1 || dim == rank - 1; });
  return static_cast<std::size_t>(found - from_the_last.begin());
}

// Whether the constant has one value for all features or one for each, and adds no dimension to the result.
bool is_per_feature(PassContext& context, const Match& match, const at::Tensor& constant,
                    std::int64_t features) {
  if (constant.dim() == 0) return true;
  const auto place = feature_from_last(match);
  if (!place) return false;
  for (std::int64_t i = 0; i < constant.dim(); ++i) {
    const std::int64_t size = constant.size(constant.dim() - 1 - i);
    const bool is_feature = static_cast<std::size_t>(i) == *place;
    if (size != 1 && !(is_feature && size == features)) return false;
  }
  if (constant.dim() == 1) return true;
  const auto rank = rank_of_result(context, match);
  return rank && static_cast<std::size_t>(constant.dim()) <= *rank;
}

std::optional<Folding> folding_of(PassContext& context, const Match& match) {
  const Node& node = *match.node;
  const at::Tensor weight = constant_tensor(*match.linear->input(1)).value();
  const Value& operand = *node.input(1 - match.operand);
  const at::Tensor constant = constant_tensor(operand).value_or(
      at::scalar_tensor(constant_number(operand).value_or(0.0), weight.options()));
  if (at::result_type(weight, constant) != weight.scalar_type()) return std::nullopt;
  if (!is_per_feature(context, match, constant, weight.size(0))) return std::nullopt;
  Folding folding{constant.to(weight.options()).reshape({-1})};
  if (multiplies(node)) return folding;
  const auto alpha = constant_number(*node.input(2));
  if (!alpha || (match.operand == 1 && *alpha != 1.0)) return std::nullopt;
  folding.alpha = subtracts(node) ? -*alpha : *alpha;
  return folding;
}

void fold(const Match& match, const Folding& folding) {
  const at::NoGradGuard no_gradient;
  Node& linear = *match.linear;
  const at::Tensor weight = constant_tensor(*linear.input(1)).value();
  const auto bias = constant_tensor(*linear.input(2));
  if (multiplies(*match.node)) {
    const auto scaled = [&](const at::Tensor& tensor, const at::Tensor& factor) {
      return divides(*match.node) ? tensor / factor : tensor * factor;
    };
    replace_constant(linear, 1, scaled(weight, folding.constant.unsqueeze(1)));
    if (bias) replace_constant(linear, 2, scaled(*bias, folding.constant));
  } else {
    const at::Tensor sum = bias.value_or(at::zeros({weight.size(0)}, weight.options()));
    replace_constant(linear, 2, at::add(sum, folding.constant, folding.alpha));
  }
  match.node->output()->replaceAllUsesWith(match.node->input(match.operand));
  match.node->destroy();
}

}  // namespace

template <>
void run_on_method<row_of("fold_linear_mul_add")>(PassContext& context) {
  std::vector<Match> matches;
  for_each_node(*context.graph(), [&matches](Node& node) {
    if (const auto found = match(node)) matches.push_back(*found);
  });
  for (const Match& match : matches) {
    if (const std::string reason = reason_left(match); !reason.empty()) {
      context.skip(*match.node, reason);
    } else if (const auto folding = folding_of(context, match)) {
      if (!context.may_rewrite(*match.node)) continue;
      context.rewrote("folded " + op_name(*match.node) + " into linear at " +
                      context.place_of(*match.node));
      fold(match, *folding);
    } else {
      context.skip(*match.node,
                   "its constant has another dtype, or not one value for each output feature");
    }
  }
}

}  // namespace tsctl::passes
