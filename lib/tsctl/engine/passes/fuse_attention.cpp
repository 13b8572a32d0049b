#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/attention.h"
#include "tsctl/engine/passes/build.h"
#include "tsctl/engine/passes/constants.h"

namespace tsctl::passes {

namespace {

using torch::jit::AliasDb;
using torch::jit::Node;
using torch::jit::Value;
using Size = std::optional<std::int64_t>;

// What was observed of the operands. Sizes that vary are unset.
struct Operand {
  std::size_t rank = 0;
  std::optional<c10::ScalarType> dtype = {};
  std::vector<Size> sizes = {};

  Size from_last(std::size_t i) const { return sizes.at(rank - 1 - i); }
};

std::optional<Operand> observed(PassContext& context, const Value& value) {
  const auto type = context.observed_types().of(value);
  if (type == nullptr || !type->dim()) return std::nullopt;
  Operand operand{*type->dim(), type->scalarType()};
  for (std::size_t i = 0; i < operand.rank; ++i) operand.sizes.push_back(type->sizes()[i]);
  return operand;
}

bool is_last_dimension(const Value& value, std::size_t rank) {
  const auto dim = constant_int(value);
  return dim && (*dim == -1 || *dim == static_cast<std::int64_t>(rank) - 1);
}

// A mask must not add to the sizes of the scores.
bool fits_scores(const Operand& mask, const Operand& query, const Operand& keys) {
  if (mask.rank == 0 || mask.rank > query.rank) return false;
  for (std::size_t i = 0; i < mask.rank; ++i) {
    const Size wanted = i == 0 ? keys.from_last(0) : query.from_last(i);
    if (mask.from_last(i) != 1 && mask.from_last(i) != wanted) return false;
  }
  return true;
}

std::string reason_by_mask(PassContext& context, const Attention& found, const Operand& query,
                           const Operand& keys) {
  if (found.mask == nullptr) return {};
  const auto mask = observed(context, *found.mask);
  if (!mask) return "the sizes of its mask are not known";
  if (!fits_scores(*mask, query, keys)) return "its mask adds to the sizes of the scores";
  if (!found.hidden) return mask->dtype == query.dtype ? "" : "its mask has another dtype";
  if (mask->dtype != c10::kBool) return "its mask has another dtype";
  // Added to a score, a smaller number would not outweigh it in a row that the mask hides as a whole.
  return *found.hidden <= -1e9 ? "" : "the value that its mask fills in does not hide a score";
}

std::string reason_by_types(PassContext& context, const Attention& found) {
  const auto query = observed(context, *found.query);
  const auto keys = observed(context, *found.keys);
  const auto value = observed(context, *found.value);
  if (!query || !keys || !value) return "the sizes of its operands are not known";
  const std::size_t rank = query->rank;
  if ((rank != 3 && rank != 4) || keys->rank != rank || value->rank != rank)
    return "its operands do not have three or four dimensions each";
  for (std::size_t i = 2; i < rank; ++i) {
    if (query->from_last(i) != keys->from_last(i) || query->from_last(i) != value->from_last(i))
      return "one of its operands is repeated along a batch dimension";
  }
  if (!query->dtype || !c10::isFloatingType(*query->dtype) || keys->dtype != query->dtype ||
      value->dtype != query->dtype) {
    return "its operands have different dtypes";
  }
  if (!is_last_dimension(*found.softmax->input(1), rank))
    return "its softmax does not run over the last dimension";
  const Value& dtype = *found.softmax->input(2);
  if (!is_none(dtype) && constant_int(dtype) != static_cast<std::int64_t>(*query->dtype))
    return "its softmax has another dtype";
  return reason_by_mask(context, found, *query, *keys);
}

std::string reason_left(PassContext& context, const Attention& found, const AliasDb& aliases) {
  if (!found.reason.empty()) return found.reason;
  for (const Value* operand : {found.query, found.keys, found.value, found.mask}) {
    if (operand != nullptr && aliases.hasWriters(operand))
      return "something changes its operands in place";
  }
  return reason_by_types(context, found);
}

// The product gave its result row by row; the operator may leave the heads innermost. These do not mind.
bool minds_strides(const Value& result) {
  return std::ranges::any_of(result.uses(), [](const torch::jit::Use& use) {
    if (is_any_of(*use.user, {"aten::transpose", "aten::permute"}))
      return minds_strides(*use.user->output());
    return !is_any_of(*use.user, {"aten::reshape", "aten::flatten", "aten::contiguous",
                                  "aten::clone", "aten::linear", "aten::size"});
  });
}

// The keys as they were before they were transposed for the product.
Value* plain_keys(const Builder& build, const Attention& found, std::size_t rank) {
  Node& node = *found.keys->node();
  if (is_any_of(node, {"aten::transpose"})) {
    const auto counted = [rank](std::optional<std::int64_t> dim) {
      return dim && *dim >= 0 ? *dim - static_cast<std::int64_t>(rank) : dim.value_or(0);
    };
    const std::int64_t first = counted(constant_int(*node.input(1)));
    const std::int64_t second = counted(constant_int(*node.input(2)));
    if (std::min(first, second) == -2 && std::max(first, second) == -1) return node.input(0);
  }
  return build.op("aten::transpose", {found.keys, -2, -1});
}

Value* scale_of(const Builder& build, const Attention& found) {
  if (found.scale == nullptr) return build.constant(found.factor);
  return found.divides ? build.op("aten::div", {found.factor, found.scale})
                       : build.op("aten::mul", {found.factor, found.scale});
}

// The operator takes masks of two or four dimensions.
Value* mask_of(const Builder& build, const Attention& found, std::size_t rank) {
  if (found.mask == nullptr) return build.constant({});
  Value* mask = found.mask;
  // The operator takes a mask of the query's dtype, and one of booleans as one that hides.
  Value* const dtype = build.op("prim::dtype", {found.query});
  if (!found.hidden) {
    mask = build.op("aten::to", {mask, dtype});
  } else {
    Value* const hides = found.hides_where_false ? build.op("aten::logical_not", {mask}) : mask;
    Value* const shown = build.op("aten::zeros_like", {hides}, {{"dtype", dtype}});
    mask = build.op("aten::masked_fill", {shown, hides, *found.hidden});
  }
  return rank % 2 == 0 ? mask : build.op("aten::unsqueeze", {mask, 0});
}

struct Accepted {
  Node* result = nullptr;
  std::size_t rank = 0;
  std::size_t mask_rank = 0;
};

void fuse(const Accepted& accepted) {
  const Attention found = find_attention(*accepted.result).value();
  const Builder build(*found.result);
  const std::size_t rank = accepted.rank;
  Value* const keys = plain_keys(build, found, rank);
  // The operator's fast kernels want batch and heads.
  const auto with_heads = [&](Value* value) {
    return rank == 4 ? value : build.op("aten::unsqueeze", {value, 0});
  };
  Value* const attended =
      build.op("aten::scaled_dot_product_attention",
               {with_heads(found.query), with_heads(keys), with_heads(found.value),
                mask_of(build, found, accepted.mask_rank)},
               {{"scale", scale_of(build, found)}});
  Value* result = rank == 4 ? attended : build.op("aten::squeeze", {attended, 0});
  if (minds_strides(*found.result->output())) result = build.op("aten::contiguous", {result});
  found.result->output()->replaceAllUsesWith(result);
  found.result->destroy();
}

}  // namespace

template <>
void run_on_method<row_of("fuse_attention")>(PassContext& context) {
  const auto graph = context.graph();
  std::optional<AliasDb> aliases;
  std::vector<Accepted> accepted;
  for_each_node(*graph, [&](Node& node) {
    const auto found = find_attention(node);
    if (!found) return;
    if (!aliases) aliases.emplace(graph);
    if (const std::string reason = reason_left(context, *found, *aliases); !reason.empty()) {
      context.skip(node, reason);
      return;
    }
    const auto mask = found->mask ? observed(context, *found->mask) : std::nullopt;
    accepted.push_back({&node, observed(context, *found->query)->rank, mask ? mask->rank : 0});
  });
  for (const Accepted& attention : accepted) {
    if (!context.may_rewrite(*attention.result)) continue;
    context.rewrote("fused " + op_name(*attention.result) + " and softmax at " +
                    context.place_of(*attention.result));
    fuse(attention);
  }
  if (!accepted.empty()) torch::jit::EliminateDeadCode(graph);
}

}  // namespace tsctl::passes
