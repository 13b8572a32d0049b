#include "tsctl/engine/passes/channels_last.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tsctl/engine/packed/packed_layers.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// Operators whose result has the same numbers for every layout of their inputs. Those that write in place, by the same
// name and an underscore, count too.
constexpr auto kAnyLayout = std::to_array<std::string_view>({
    "abs",
    "add",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "amax",
    "amin",
    "avg_pool2d",
    "batch_norm",
    "bmm",
    "cat",
    "celu",
    "chunk",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clone",
    "conv2d",
    "conv_transpose2d",
    "convolution",
    "detach",
    "dim",
    "div",
    "dropout",
    "elu",
    "eq",
    "exp",
    "feature_dropout",
    "ge",
    "gelu",
    "group_norm",
    "gt",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "instance_norm",
    "layer_norm",
    "le",
    "leaky_relu",
    "linear",
    "log",
    "log_softmax",
    "lt",
    "matmul",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mish",
    "mul",
    "ne",
    "neg",
    "numel",
    "permute",
    "pixel_shuffle",
    "pow",
    "prelu",
    "reciprocal",
    "relu",
    "relu6",
    "rsqrt",
    "rsub",
    "select",
    "selu",
    "sigmoid",
    "silu",
    "size",
    "slice",
    "softmax",
    "softplus",
    "split",
    "split_with_sizes",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "sub",
    "sum",
    "tanh",
    "to",
    "transpose",
    "unbind",
    "unsqueeze",
    "upsample_bicubic2d",
    "upsample_bilinear2d",
    "upsample_nearest2d",
    "var",
    "where",
});

// They return a view where they can, else a copy, so a write into the result may or may not reach the input.
constexpr auto kViewOrCopy = std::to_array<std::string_view>({"contiguous", "flatten", "reshape"});

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_aten(const Node& node) { return node.kind().is_aten(); }

bool takes_any_layout(const Node& node) {
  return is_aten(node) && contains(kAnyLayout, op_name(node));
}

bool is_view_or_copy(const Node& node) {
  return is_aten(node) && contains(kViewOrCopy, op_name(node));
}

bool calls_packed_conv(const Node& node) {
  if (node.kind() != c10::prim::CallMethod) return false;
  const auto type = node.input(0)->type()->cast<c10::ClassType>();
  return type != nullptr && packed::is_packed_conv(*type);
}

bool writes_into(const Node& node, std::size_t input) {
  const auto* schema = node.maybeSchema();
  if (schema == nullptr || input >= schema->arguments().size()) return false;
  const auto* alias = schema->arguments()[input].alias_info();
  return alias != nullptr && alias->isWrite();
}

bool is_only_joined(const Node& list) {
  const auto& uses = list.output()->uses();
  return std::ranges::all_of(uses, [](const torch::jit::Use& use) {
    return is_any_of(*use.user, {"aten::cat", "aten::stack"});
  });
}

bool has_written(c10::ArrayRef<const Value*> values);

// Whether something may write into a value that shares memory with this input of the node: its result, or for the end
// of a block the result of the branch or loop around it. A packed layer's result does not share.
bool passes_on_what_is_written(const Node& node, std::size_t input) {
  if (node.kind() == c10::prim::CallMethod) return false;
  if (is_any_of(node, {"prim::Loop", "prim::fork"})) return true;  // their blocks are not followed
  if (node.kind() == c10::prim::Return) {
    const Node* const owner = node.owningBlock()->owningNode();
    return owner != nullptr && (owner->kind() == c10::prim::Loop || has_written(owner->outputs()));
  }
  const auto* schema = node.maybeSchema();
  if (schema != nullptr &&
      (input >= schema->arguments().size() || schema->arguments()[input].alias_info() == nullptr)) {
    return false;
  }
  return has_written(node.outputs());
}

// Whether something may write into the value or into a view of it.
bool is_written(const Value& value) {
  return std::ranges::any_of(value.uses(), [](const torch::jit::Use& use) {
    return writes_into(*use.user, use.offset) || passes_on_what_is_written(*use.user, use.offset);
  });
}

bool has_written(c10::ArrayRef<const Value*> values) {
  return std::ranges::any_of(values, [](const Value* value) { return is_written(*value); });
}

// Whether a result of the node may share memory with this input.
bool may_share(const Node& node, std::size_t input) {
  if (node.kind() == c10::prim::CallMethod) return false;
  if (node.kind() == c10::prim::Return) return node.owningBlock()->owningNode() != nullptr;
  const auto* schema = node.maybeSchema();
  return schema == nullptr || input >= schema->arguments().size() ||
         schema->arguments()[input].alias_info() != nullptr;
}

// Follows one value to where its layout matters.
class Follower {
 public:
  void follow(Value* value) { follow(value, value); }

  bool is_unsafe() const {
    return unsafe_ ||
           std::ranges::any_of(written_, [this](Value* memory) { return kept_.contains(memory); });
  }
  // Uses that need a contiguous value.
  const std::vector<std::pair<Value*, torch::jit::Use>>& ends() const { return ends_; }

 private:
  // `memory` is the first value that may share memory with this one.
  void follow(Value* value, Value* memory) {
    if (!seen_.insert(value).second) return;
    for (const torch::jit::Use& use : value->uses()) follow_use(value, memory, use);
  }

  void follow_outputs(Node& user, std::size_t input, Value* memory) {
    for (Value* output : user.outputs()) follow(output, may_share(user, input) ? memory : output);
  }

  void follow_use(Value* value, Value* memory, const torch::jit::Use& use) {
    Node& user = *use.user;
    if (calls_packed_conv(user)) return;  // its result is followed by itself
    if (writes_into(user, use.offset)) written_.insert(memory);
    if (is_any_of(user, {"aten::as_strided", "aten::stride"})) {
      unsafe_ = true;
    } else if (takes_any_layout(user) || user.kind() == c10::prim::ListUnpack ||
               (user.kind() == c10::prim::ListConstruct && is_only_joined(user))) {
      follow_outputs(user, use.offset, memory);
    } else if (is_view_or_copy(user)) {
      unsafe_ = unsafe_ || is_written(*user.output());
      kept_.insert(memory);
      follow_outputs(user, use.offset, memory);
    } else {
      unsafe_ = unsafe_ || writes_into(user, use.offset) || !is_tensor(*value) ||
                passes_on_what_is_written(user, use.offset);
      if (may_share(user, use.offset)) kept_.insert(memory);
      ends_.emplace_back(value, use);
    }
  }

  static bool is_tensor(const Value& value) {
    return value.type()->isSubtypeOf(*c10::TensorType::get());
  }

  std::set<Value*> seen_ = {};
  std::vector<std::pair<Value*, torch::jit::Use>> ends_ = {};
  std::set<Value*> written_ = {};  // memory that something writes into
  std::set<Value*> kept_ = {};     // memory that an end may share, which a conversion would part
  bool unsafe_ = false;
};

Value* insert_contiguous(torch::jit::Graph& graph, Value* value, Node* before) {
  const torch::jit::WithInsertPoint here(before);
  return graph.insert(c10::Symbol::fromQualString("aten::contiguous"), {value});
}

}  // namespace

std::int64_t confine_channels_last(const std::shared_ptr<torch::jit::Graph>& graph,
                                   const std::vector<Value*>& values) {
  std::int64_t inserted = 0;
  std::set<std::pair<Node*, std::size_t>> done;
  for (Value* value : values) {
    Follower follower;
    follower.follow(value);
    if (follower.is_unsafe()) {
      Node* const after = value->node()->next();
      Value* const contiguous = insert_contiguous(*graph, value, after);
      value->replaceAllUsesAfterNodeWith(contiguous->node(), contiguous);
      ++inserted;
      continue;
    }
    for (const auto& [end, use] : follower.ends()) {
      if (!done.insert({use.user, use.offset}).second) continue;
      use.user->replaceInput(use.offset, insert_contiguous(*graph, end, use.user));
      ++inserted;
    }
  }
  return inserted;
}

}  // namespace tsctl::passes
