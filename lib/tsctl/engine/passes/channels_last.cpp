#include "tsctl/engine/passes/channels_last.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tsctl/engine/packed/packed_layers.h"
#include "tsctl/engine/passes/nodes.h"
#include "tsctl/engine/passes/operator_facts.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Use;
using torch::jit::Value;

bool calls_packed_conv(const Node& node) {
  if (node.kind() != c10::prim::CallMethod) return false;
  const auto type = node.input(0)->type()->cast<c10::ClassType>();
  return type != nullptr && packed::is_packed_conv(*type);
}

// --- Memory: who writes into it, and who shares it ---

bool writes_into(const Node& node, std::size_t input) {
  const auto* schema = node.maybeSchema();
  if (schema == nullptr || input >= schema->arguments().size()) return false;
  const auto* alias = schema->arguments()[input].alias_info();
  return alias != nullptr && alias->isWrite();
}

// Whether a result of the node may share memory with this input. A packed layer's result does not. The end of a block
// has the results of the branch or loop around it. A node whose schema does not tell may.
bool may_share(const Node& node, std::size_t input) {
  if (node.kind() == c10::prim::CallMethod) return false;
  if (node.kind() == c10::prim::Return) return node.owningBlock()->owningNode() != nullptr;
  const auto* schema = node.maybeSchema();
  return schema == nullptr || input >= schema->arguments().size() ||
         schema->arguments()[input].alias_info() != nullptr;
}

bool is_written(const Value& value);

bool has_written(c10::ArrayRef<const Value*> values) {
  return std::ranges::any_of(values, [](const Value* value) { return is_written(*value); });
}

// Whether something may write into a result of the node that shares memory with this input.
bool shares_with_written(const Node& node, std::size_t input) {
  if (is_any_of(node, {"prim::Loop", "prim::fork"})) return true;  // their blocks are not followed
  if (!may_share(node, input)) return false;
  if (node.kind() != c10::prim::Return) return has_written(node.outputs());
  const Node& owner = *node.owningBlock()->owningNode();
  return owner.kind() == c10::prim::Loop || has_written(owner.outputs());
}

// Whether something may write into the value or into a view of it.
bool is_written(const Value& value) {
  return std::ranges::any_of(value.uses(), [](const Use& use) {
    return writes_into(*use.user, use.offset) || shares_with_written(*use.user, use.offset);
  });
}

// --- Following a value ---

// What a use of a channels-last value means.
enum class UseKind {
  reads_strides,           // the strides themselves are the result, or decide about it
  passes_on,               // takes any layout: its results are channels-last too
  passes_on_view_or_copy,  // the same, and whether a result shares memory depends on the layout
  packed_conv,             // takes any layout, and its result is a value to follow itself
  end,                     // needs a contiguous value
};

bool is_only_joined(const Node& list) {
  return std::ranges::all_of(list.output()->uses(), [](const Use& use) {
    return is_any_of(*use.user, {"aten::cat", "aten::stack"});
  });
}

UseKind kind_of(const Node& user) {
  if (calls_packed_conv(user)) return UseKind::packed_conv;
  if (is_any_of(user, {"aten::as_strided", "aten::stride"})) return UseKind::reads_strides;
  if (user.kind() == c10::prim::ListUnpack) return UseKind::passes_on;
  if (user.kind() == c10::prim::ListConstruct && is_only_joined(user)) return UseKind::passes_on;
  switch (facts_of(user).layout) {
    case LayoutRule::any:
      return UseKind::passes_on;
    case LayoutRule::view_or_copy:
      return UseKind::passes_on_view_or_copy;
    case LayoutRule::may_matter:
      return UseKind::end;
  }
  return UseKind::end;
}

// Follows a channels-last value through the operators that pass its layout on, up to its ends.
//
// At an end, a conversion makes a contiguous copy. A copy does not share memory, so it is wrong where the model writes
// into memory that was shared in front of the end and behind it. Then is_safe() is false.
class Follower {
 public:
  void follow(Value* value) { follow(value, value); }

  bool is_safe() const {
    return safe_ && std::ranges::none_of(
                        written_, [this](Value* memory) { return shared_.contains(memory); });
  }
  const std::vector<std::pair<Value*, Use>>& ends() const { return ends_; }

 private:
  // `memory` stands for the memory of the value: it is the first value found that may share it.
  void follow(Value* value, Value* memory) {
    if (!seen_.insert(value).second) return;
    for (const Use& use : value->uses()) follow_use(value, memory, use);
  }

  void follow_use(Value* value, Value* memory, const Use& use) {
    if (writes_into(*use.user, use.offset)) written_.insert(memory);
    switch (kind_of(*use.user)) {
      case UseKind::packed_conv:
        return;
      case UseKind::reads_strides:
        safe_ = false;
        return;
      case UseKind::passes_on_view_or_copy:
        if (is_written(*use.user->output())) safe_ = false;
        shared_.insert(memory);
        follow_results(use, memory);
        return;
      case UseKind::passes_on:
        follow_results(use, memory);
        return;
      case UseKind::end:
        add_end(value, memory, use);
        return;
    }
  }

  void follow_results(const Use& use, Value* memory) {
    const bool shares = may_share(*use.user, use.offset);
    for (Value* result : use.user->outputs()) follow(result, shares ? memory : result);
  }

  void add_end(Value* value, Value* memory, const Use& use) {
    const Node& user = *use.user;
    if (writes_into(user, use.offset) || shares_with_written(user, use.offset) ||
        !is_tensor(*value)) {
      safe_ = false;
    }
    if (may_share(user, use.offset)) shared_.insert(memory);
    ends_.emplace_back(value, use);
  }

  // Not a list of tensors, which has no conversion.
  static bool is_tensor(const Value& value) {
    return value.type()->isSubtypeOf(*c10::TensorType::get());
  }

  std::set<Value*> seen_ = {};
  std::vector<std::pair<Value*, Use>> ends_ = {};
  std::set<Value*> written_ = {};  // memory that something writes into
  std::set<Value*> shared_ = {};   // memory that a value behind an end may share
  bool safe_ = true;
};

// --- Conversions ---

Value* insert_contiguous(torch::jit::Graph& graph, Value* value, Node* before) {
  const torch::jit::WithInsertPoint here(before);
  return graph.insert(c10::Symbol::fromQualString("aten::contiguous"), {value});
}

void convert_at_once(torch::jit::Graph& graph, Value* value) {
  Value* const contiguous = insert_contiguous(graph, value, value->node()->next());
  value->replaceAllUsesAfterNodeWith(contiguous->node(), contiguous);
}

}  // namespace

std::int64_t confine_channels_last(const std::shared_ptr<torch::jit::Graph>& graph,
                                   const std::vector<Value*>& values) {
  std::int64_t inserted = 0;
  // Two values may have an end in common.
  std::set<std::pair<Node*, std::size_t>> converted;
  for (Value* value : values) {
    Follower follower;
    follower.follow(value);
    if (!follower.is_safe()) {
      convert_at_once(*graph, value);
      ++inserted;
      continue;
    }
    for (const auto& [end, use] : follower.ends()) {
      if (!converted.insert({use.user, use.offset}).second) continue;
      use.user->replaceInput(use.offset, insert_contiguous(*graph, end, use.user));
      ++inserted;
    }
  }
  return inserted;
}

}  // namespace tsctl::passes
