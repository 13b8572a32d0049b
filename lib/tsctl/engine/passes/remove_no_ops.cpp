#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/proven_dtypes.h"

namespace tsctl::passes {

namespace {

using torch::jit::AliasDb;
using torch::jit::Node;
using torch::jit::Value;

bool is_identity(const std::vector<std::int64_t>& first, const std::vector<std::int64_t>& second) {
  const auto rank = static_cast<std::int64_t>(first.size());
  if (second.size() != first.size()) return false;
  const auto counted = [rank](std::int64_t dim) { return dim < 0 ? dim + rank : dim; };
  for (std::int64_t i = 0; i < rank; ++i) {
    if (counted(first[counted(second[i])]) != i) return false;
  }
  return true;
}

// A permute that undoes the one before it.
bool undoes_permute(const Node& node) {
  if (!is_any_of(node, {"aten::permute"})) return false;
  const Node& before = *node.input(0)->node();
  if (!is_any_of(before, {"aten::permute"})) return false;
  const auto first = constant_ints(*before.input(1));
  const auto second = constant_ints(*node.input(1));
  return first && second && is_identity(*first, *second);
}

// The results of these are new tensors in row-major order, for all inputs.
bool is_row_by_row(const Value& value) {
  return is_any_of(*value.node(), {"aten::linear", "aten::layer_norm", "aten::contiguous"});
}

bool pads_nothing(const Node& node) {
  if (!is_any_of(node, {"aten::pad", "aten::constant_pad_nd"})) return false;
  const auto sizes = constant_ints(*node.input(1));
  return sizes && std::ranges::all_of(*sizes, [](auto size) { return size == 0; });
}

// x * 1 or x / 1. A sum with 0 is no match: it turns -0.0 into 0.0.
bool scales_by_one(const Node& node) {
  return is_any_of(node, {"aten::mul", "aten::div"}) && node.inputs().size() == 2 &&
         node.input(0)->type()->isSubtypeOf(*c10::TensorType::get()) &&
         constant_number(*node.input(1)) == 1.0;
}

struct NoOp {
  Value* stays = nullptr;   // what takes the place of the result
  bool is_new = false;      // the result was a tensor of its own, not its very input
  std::string reason = {};  // why it may do something
};

std::optional<NoOp> find_no_op(Node& node, ProvenDtypes& dtypes) {
  if (const Dtype dtype = converted_to(node)) {
    const Dtype before = dtypes.of(*node.input(0));
    if (before && before != dtype) return std::nullopt;
    return NoOp{node.input(0), false,
                before ? "" : "the dtype of its input depends on the model's inputs"};
  }
  if (scales_by_one(node)) {
    const Dtype dtype = dtypes.of(*node.input(0));
    const bool keeps = dtype && c10::isFloatingType(*dtype);
    return NoOp{node.input(0), true,
                keeps ? "" : "the dtype of its input depends on the model's inputs"};
  }
  if (pads_nothing(node)) return NoOp{node.input(0), true};
  if (undoes_permute(node)) return NoOp{node.input(0)->node()->input(0), true};
  if (is_any_of(node, {"aten::contiguous"}) && constant_int(*node.input(1)) == 0 &&
      is_row_by_row(*node.input(0))) {
    return NoOp{node.input(0)};
  }
  return std::nullopt;
}

}  // namespace

template <>
void run_on_method<row_of("remove_no_ops")>(PassContext& context) {
  const auto graph = context.graph();
  ProvenDtypes dtypes;
  std::optional<AliasDb> aliases;
  std::vector<std::pair<Node*, NoOp>> found;
  for_each_node(*graph, [&](Node& node) {
    auto no_op = find_no_op(node, dtypes);
    if (!no_op) return;
    if (!aliases) aliases.emplace(graph);
    if (no_op->reason.empty() && no_op->is_new &&
        !aliases->safeToChangeAliasingRelationship({no_op->stays}, {node.output()})) {
      no_op->reason = "its result must be a separate tensor";
    }
    if (no_op->reason.empty()) return found.emplace_back(&node, *no_op), void();
    context.skip(node, no_op->reason);
  });
  std::erase_if(found, [&](const auto& match) { return !context.may_rewrite(*match.first); });
  std::map<Value*, Value*> replaced;  // what takes the place of a no-op may be the result of one
  for (auto& [node, no_op] : found) {
    context.rewrote("removed " + op_name(*node) + " at " + context.place_of(*node));
    const auto before = replaced.find(no_op.stays);
    Value* const stays = before == replaced.end() ? no_op.stays : before->second;
    replaced[node->output()] = stays;
    node->output()->replaceAllUsesWith(stays);
  }
  for (auto& [node, no_op] : found) node->destroy();
}

}  // namespace tsctl::passes
