#include "tsctl/archive/op_count.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <limits>
#include <utility>

#include "tsctl/core/base/text.h"

namespace tsctl {

namespace {

constexpr int kMaxDepth = 200;  // levels of calls; deeper calls count as unresolved
constexpr std::string_view kConstants = "CONSTANTS.";
constexpr std::uint64_t kCountBytes = 100;  // of an operator in a map

// Operators that the code calls by the name of a Python built-in function.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kBuiltins{{
    {"print", "prim::Print"},
    {"int", "aten::Int"},
    {"float", "aten::Float"},
    {"bool", "aten::Bool"},
    {"str", "aten::str"},
    {"fork", "prim::fork"},
}};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// "aten::linear" for torch.linear, "prim::dtype" for ops.prim.dtype, "" if `chain` does not name an operator.
std::string op_name(std::string_view chain) {
  if (chain.starts_with("torch.")) return "aten::" + std::string(chain.substr(6));
  if (chain.starts_with("ops.")) {
    const std::size_t dot = chain.find('.', 4);
    if (dot == std::string_view::npos) return {};
    return std::string(chain.substr(4, dot - 4)) + "::" + std::string(chain.substr(dot + 1));
  }
  for (const auto& [name, op] : kBuiltins) {
    if (name == chain) return std::string(op);
  }
  return {};
}

void add_to(OpCounts& counts, const std::string& op, std::int64_t count) {
  std::int64_t& total = counts[op];
  // Functions that call each other twice at each level overflow any integer.
  if (__builtin_add_overflow(total, count, &total))
    total = std::numeric_limits<std::int64_t>::max();
}

// The position of the parenthesis that matches the one at `close`, or npos.
std::size_t opening(std::string_view masked, std::size_t close, ReadBudget* budget) {
  int depth = 0;
  for (std::size_t i = close + 1; i-- > 0;) {
    if (masked[i] == ')') ++depth;
    if (masked[i] == '(' && --depth == 0) {
      if (budget != nullptr) budget->spend_steps(close - i);
      return i;
    }
  }
  if (budget != nullptr) budget->spend_steps(close);
  return std::string_view::npos;
}

bool is_chain(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.'; });
}

void for_each_function(const ScriptCode& code,
                       const std::function<void(const CodeFunction& function)>& visit) {
  for (const auto& [name, target] : code.classes) {
    for (const CodeFunction& method : target.methods) visit(method);
  }
  for (const auto& [name, function] : code.functions) visit(function);
}

}  // namespace

std::string OpCounter::type_of(std::string_view text, const Types& types, int depth) const {
  if (code_.budget != nullptr) code_.budget->spend_steps(text.size());
  text = trimmed(text);
  while (text.size() > 2 && text.front() == '(' && text.back() == ')')
    text = trimmed(text.substr(1, text.size() - 2));
  if (text.starts_with("getattr(") && depth < kMaxDepth) {
    const std::size_t comma = text.rfind(", \"");
    if (comma == std::string_view::npos || text.size() < comma + 5) return {};
    const CodeClass* owner = code_.find_class(type_of(text.substr(8, comma - 8), types, depth + 1));
    if (owner == nullptr) return {};
    return std::string(owner->attribute_type(text.substr(comma + 3, text.size() - comma - 5)));
  }
  if (!is_chain(text)) return {};
  if (text.starts_with("__torch__.")) return std::string(text);
  std::size_t dot = text.find('.');
  const auto local = types.find(text.substr(0, dot));
  if (local == types.end()) return {};
  std::string type = local->second;
  while (dot != std::string_view::npos && !type.empty()) {
    const std::size_t next = text.find('.', dot + 1);
    const CodeClass* owner = code_.find_class(type);
    if (owner == nullptr) return {};
    type = owner->attribute_type(
        text.substr(dot + 1, next == std::string_view::npos ? next : next - dot - 1));
    dot = next;
  }
  return type;
}

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
  const CodeFunction* target = owner == nullptr ? nullptr : owner->method(method);
  if (target == nullptr || owner->base.ends_with("Interface")) {
    ++unresolved_;
    return;
  }
  follow(type + "." + std::string(method), *target, depth, counts);
}

void OpCounter::count_chain(std::string_view chain, bool follow_calls, int depth,
                            const Types& types, OpCounts& counts) {
  const std::string op = op_name(chain);
  if (!op.empty()) {
    add_to(counts, op, 1);
    return;
  }
  if (!follow_calls) return;
  const std::string name = type_of(chain, types, 0);
  const auto function = code_.functions.find(name);
  if (function != code_.functions.end()) follow(name, function->second, depth, counts);
}

void OpCounter::count_line(std::string_view text, std::string_view masked, bool follow_calls,
                           int depth, Types& types, OpCounts& counts) {
  for (std::size_t open = masked.find('('); open != std::string_view::npos;
       open = masked.find('(', open + 1)) {
    std::size_t begin = open;
    std::size_t blanks = 0;  // between the name and its parenthesis
    while (begin > 0 && masked[begin - 1] == ' ') --begin, ++blanks;
    const std::size_t name_end = begin;
    while (begin > 0 && (is_word(masked[begin - 1]) || masked[begin - 1] == '.')) --begin;
    const std::string_view chain = masked.substr(begin, name_end - begin);
    if (chain.empty() || (blanks > 0 && op_name(chain).empty())) continue;
    if (chain.front() != '.') {
      count_chain(chain, follow_calls, depth, types, counts);
    } else if (follow_calls && begin > 0 && masked[begin - 1] == ')') {
      const std::size_t object = opening(masked, begin - 1, code_.budget);
      if (object == std::string_view::npos) continue;
      follow_method(type_of(text.substr(object, begin - object), types, 0), chain.substr(1), depth,
                    counts);
    }
  }
  const std::size_t equals = masked.find(" = ");
  if (!follow_calls || equals == std::string_view::npos) return;
  const std::string_view name = trimmed(masked.substr(0, equals));
  if (!is_chain(name) || name.find('.') != std::string_view::npos) return;
  types[std::string(name)] = type_of(text.substr(equals + 3), types, 0);
}

OpCounts OpCounter::count(const CodeFunction& function, bool follow_calls, int depth) {
  OpCounts counts;
  Types types;
  for (const CodeParameter& parameter : function.parameters) types[parameter.name] = parameter.type;
  const std::string_view text = function.body;
  const std::string_view masked = function.masked;
  for (std::size_t at = 0; at < masked.size();) {
    const std::size_t end = std::min(masked.find('\n', at), masked.size());
    count_line(text.substr(at, end - at), masked.substr(at, end - at), follow_calls, depth, types,
               counts);
    at = end + 1;
  }
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

std::map<std::string, std::int64_t> constant_uses(const ScriptCode& code) {
  std::map<std::string, std::int64_t> uses;
  for_each_function(code, [&uses](const CodeFunction& function) {
    const std::string& masked = function.masked;
    for (std::size_t at = masked.find(kConstants); at != std::string::npos;
         at = masked.find(kConstants, at + 1)) {
      std::size_t end = at + kConstants.size();
      while (end < masked.size() && is_word(masked[end])) ++end;
      ++uses[masked.substr(at + kConstants.size(), end - at - kConstants.size())];
    }
  });
  return uses;
}

std::map<std::string, std::int64_t> device_uses(const ScriptCode& code) {
  constexpr std::string_view kCall = "torch.device(";
  std::map<std::string, std::int64_t> uses;
  for_each_function(code, [&uses, kCall](const CodeFunction& function) {
    // The call is found in the masked text, so that strings and comments do not match; its argument is in the body.
    const std::string& masked = function.masked;
    for (std::size_t at = masked.find(kCall); at != std::string::npos;
         at = masked.find(kCall, at + 1)) {
      const std::size_t open = at + kCall.size();
      if (open >= function.body.size() || function.body[open] != '"') continue;
      const std::size_t close = function.body.find('"', open + 1);
      if (close != std::string::npos) ++uses[function.body.substr(open + 1, close - open - 1)];
    }
  });
  return uses;
}

}  // namespace tsctl
