#include "tsctl/archive/op_count.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace tsctl {

namespace {

constexpr int kMaxDepth = 200;  // levels of calls; deeper calls count as unresolved
constexpr std::string_view kConstants = "CONSTANTS.";
constexpr std::uint64_t kCountBytes = 100;  // of an operator in a map

void add_to(OpCounts& counts, const std::string& op, std::int64_t count) {
  std::int64_t& total = counts[op];
  // Functions that call each other twice at each level overflow any integer.
  if (__builtin_add_overflow(total, count, &total))
    total = std::numeric_limits<std::int64_t>::max();
}

void for_each_function(const ScriptCode& code,
                       const std::function<void(const CodeFunction& function)>& visit) {
  for (const auto& [name, target] : code.classes) {
    for (const CodeFunction& method : target.methods) visit(method);
  }
  for (const auto& [name, function] : code.functions) visit(function);
}

}  // namespace

// Counts what one function calls.
class CallCounter : public CodeVisitor {
 public:
  CallCounter(OpCounter& counter, bool follows, int depth, OpCounts& counts)
      : counter_(counter), follows_(follows), depth_(depth), counts_(counts) {}

  void refer(const CodeOperand& operand, bool is_call, std::int64_t /*line*/) override {
    if (!is_call) return;
    if (const std::string op = op_name(operand, is_call); !op.empty()) {
      add_to(counts_, op, 1);
    } else if (const std::string method_op = counter_.method_op(operand); !method_op.empty()) {
      add_to(counts_, method_op, 1);
    } else if (follows_) {
      counter_.count_call(operand, depth_, counts_);
    }
  }

 private:
  OpCounter& counter_;
  bool follows_;
  int depth_;
  OpCounts& counts_;
};

void OpCounter::follow(const std::string& key, const CodeFunction& function, int depth,
                       OpCounts& counts) {
  if (done_.count(key) == 0) {
    if (depth >= kMaxDepth || open_[key]) {
      ++unresolved_;
      return;
    }
    open_[key] = true;
    OpCounts inner = count(function, true, depth + 1);
    open_[key] = false;
    if (code_.budget != nullptr) code_.budget->spend_bytes(kCountBytes * inner.size());
    done_[key] = std::move(inner);
  }
  if (code_.budget != nullptr) code_.budget->spend_steps(10 * done_[key].size());
  for (const auto& [op, number] : done_[key]) add_to(counts, op, number);
}

void OpCounter::follow_method(const std::string& type, std::string_view method, int depth,
                              OpCounts& counts) {
  const CodeClass* owner = code_.find_class(type);
  if (owner != nullptr && code_.budget != nullptr)
    code_.budget->spend_steps(owner->methods.size() + owner->attributes.size());
  const CodeFunction* target = owner == nullptr ? nullptr : owner->method(method);
  if (target == nullptr || owner->base.ends_with("Interface")) {
    ++unresolved_;
    return;
  }
  follow(type + "." + std::string(method), *target, depth, counts);
}

// "(self.layer).forward(x)", and "self.layer(x)", which calls forward too.
void OpCounter::follow_member(const CodeOperand& member, int depth, OpCounts& counts) {
  const CodeClass* owner = code_.find_class(member.type);
  if (owner == nullptr || owner->method(member.text) != nullptr)
    return follow_method(member.type, member.text, depth, counts);
  follow_method(std::string(owner->attribute_type(member.text)), "forward", depth, counts);
}

// A function, a class whose object is made, or a method that is called by its class.
void OpCounter::follow_name(const std::string& name, int depth, OpCounts& counts) {
  const auto function = code_.functions.find(name);
  if (function != code_.functions.end()) return follow(name, function->second, depth, counts);
  const CodeClass* type = code_.find_class(name);
  if (type != nullptr && type->method("__init__") != nullptr)
    return follow_method(name, "__init__", depth, counts);
  const std::size_t dot = name.rfind('.');
  if (type == nullptr && dot != std::string::npos &&
      code_.find_class(std::string_view(name).substr(0, dot)) != nullptr)
    follow_method(name.substr(0, dot), std::string_view(name).substr(dot + 1), depth, counts);
}

void OpCounter::count_call(const CodeOperand& callee, int depth, OpCounts& counts) {
  if (callee.kind == CodeOperand::Kind::member) follow_member(callee, depth, counts);
  if (callee.kind == CodeOperand::Kind::name) follow_name(callee.text, depth, counts);
  if (callee.kind == CodeOperand::Kind::value && code_.find_class(callee.type) != nullptr)
    follow_method(callee.type, "forward", depth, counts);
}

std::string OpCounter::method_op(const CodeOperand& operand) const {
  if (operand.kind != CodeOperand::Kind::member || operand.type.empty()) return {};
  const bool is_object =
      operand.type.starts_with("__torch__.") || code_.find_class(operand.type) != nullptr;
  return is_object ? std::string() : "aten::" + operand.text;
}

OpCounts OpCounter::count(const CodeFunction& function, bool follow_calls, int depth) {
  OpCounts counts;
  CallCounter visitor(*this, follow_calls, depth, counts);
  walk_code(code_, function, visitor);
  return counts;
}

OpCounts OpCounter::written_in_code() const {
  OpCounter counter(code_);
  OpCounts counts;
  for_each_function(code_, [&counter, &counts](const CodeFunction& function) {
    for (const auto& [op, number] : counter.count(function, false, 0)) add_to(counts, op, number);
  });
  return counts;
}

OpCounts OpCounter::reachable_from(const std::string& class_name, const std::string& method) {
  OpCounts counts;
  follow_method(class_name, method, 0, counts);
  return counts;
}

namespace {

// Counts the names and the devices that code mentions.
class MentionCounter : public CodeVisitor {
 public:
  using Mentions = std::map<std::string, std::int64_t>;

  void refer(const CodeOperand& operand, bool /*is_call*/, std::int64_t /*line*/) override {
    if (operand.kind == CodeOperand::Kind::name && operand.text.starts_with(kConstants))
      ++constants[operand.text.substr(kConstants.size())];
  }
  void text_argument(const CodeOperand& callee, std::string_view literal) override {
    if (op_name(callee, true) == "aten::device") ++devices[std::string(literal)];
  }

  Mentions constants = {};
  Mentions devices = {};
};

MentionCounter mentions_in(const ScriptCode& code) {
  MentionCounter counter;
  for_each_function(code,
                    [&](const CodeFunction& function) { walk_code(code, function, counter); });
  return counter;
}

}  // namespace

std::map<std::string, std::int64_t> constant_uses(const ScriptCode& code) {
  return mentions_in(code).constants;
}

std::map<std::string, std::int64_t> device_uses(const ScriptCode& code) {
  return mentions_in(code).devices;
}

}  // namespace tsctl
