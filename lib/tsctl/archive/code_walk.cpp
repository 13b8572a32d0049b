#include "tsctl/archive/code_walk.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "tsctl/archive/code_lexer.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Kind = CodeOperand::Kind;
using Token = CodeToken::Kind;

constexpr std::size_t kMaxNesting =
    10'000;  // of brackets; LibTorch's parser would overflow its stack
constexpr std::uint64_t kLocalBytes = 200;

constexpr std::array<std::string_view, 26> kKeywords{
    "and",  "as",    "assert", "break", "class",  "continue", "def",   "del", "elif",
    "else", "for",   "global", "if",    "import", "in",       "is",    "not", "or",
    "pass", "raise", "return", "while", "with",   "True",     "False", "None"};

// Operators that the code calls by the name of a Python built-in function.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kBuiltins{{
    {"print", "prim::Print"},
    {"int", "aten::Int"},
    {"float", "aten::Float"},
    {"bool", "aten::Bool"},
    {"str", "aten::str"},
    {"fork", "prim::fork"},
}};

class Walker {
 public:
  Walker(const ScriptCode& code, CodeVisitor& visitor) : code_(code), visitor_(visitor) {}

  void add_parameter(const std::string& name, const std::string& type) {
    locals_[name] = {Kind::value, name, type};
  }

  void walk(std::string_view text, std::int64_t first_line) {
    if (code_.budget != nullptr) code_.budget->spend_steps(3 * text.size());
    CodeLexer lexer(text, first_line);
    for (CodeToken token = lexer.next(); token.kind != Token::end; token = lexer.next())
      step(token);
    settle(false);
  }

 private:
  // A bracket that is open.
  struct Frame {
    bool is_call = false;
    bool is_single = true;  // nothing but one operand so far
    CodeOperand callee = {};
    CodeOperand first = {};  // the first argument
    std::size_t arguments = 0;
  };

  void step(const CodeToken& token) {
    switch (token.kind) {
      case Token::name:
        return name(token);
      case Token::text:
        settle(false);
        operand_ = {Kind::text, std::string(unquoted_literal(token.text)), "str"};
        plain_name_ = {};
        line_ = token.line;
        is_keyword_ = false;
        is_settled_ = true;
        if (!frames_.empty() && frames_.back().is_call && frames_.back().arguments == 0)
          visitor_.text_argument(frames_.back().callee, operand_.text);
        return;
      case Token::symbol:
        return symbol(token.text.size() == 1 ? token.text.front() : '\0');
      case Token::line_end:
        settle(false);
        return end_statement();
      default:
        settle(false);
        operand_ = {};
        mark_composed();
    }
  }

  void name(const CodeToken& token) {
    if (after_dot_) {
      after_dot_ = false;
      return select(token.text);
    }
    settle(false);
    line_ = token.line;
    if (std::ranges::find(kKeywords, token.text) != kKeywords.end()) {
      operand_ = {};
      is_keyword_ = true;
      if (token.text != "return") mark_composed();
      return;
    }
    is_keyword_ = false;
    const auto local = locals_.find(token.text);
    operand_ = local != locals_.end() ? local->second
                                      : CodeOperand{Kind::name, std::string(token.text), {}};
    spend(operand_.text.size() + operand_.type.size());
    plain_name_ = token.text;
    is_settled_ = false;
  }

  void spend(std::size_t steps) const {
    if (code_.budget != nullptr) code_.budget->spend_steps(steps);
  }

  // Resolves "operand.name". A member of a value becomes a value when something is selected from it.
  void select(std::string_view member) {
    plain_name_ = {};
    if (operand_.kind == Kind::name) {
      operand_.text += '.';
      operand_.text += member;
      return;
    }
    std::string owner = operand_.kind == Kind::member ? member_type(operand_) : operand_.type;
    operand_ = {Kind::member, std::string(member), std::move(owner)};
    is_settled_ = false;
  }

  std::string member_type(const CodeOperand& member) const {
    const CodeClass* owner = code_.find_class(member.type);
    if (owner == nullptr) return {};
    std::string type(owner->attribute_type(member.text));
    spend(owner->attributes.size() + type.size());
    return type;
  }

  // Tells the visitor of the operand, once nothing more can be selected from it.
  void settle(bool is_call) {
    after_dot_ = false;
    if (is_settled_ && !is_call) return;  // "(torch.save)(x)" is told twice
    is_settled_ = true;
    if (operand_.kind == Kind::name || operand_.kind == Kind::member ||
        (is_call && operand_.kind == Kind::value))
      visitor_.refer(operand_, is_call, line_);
  }

  void symbol(char c) {
    switch (c) {
      case '.':
        after_dot_ = true;
        return;
      case '(':
        return open_parenthesis();
      case '[':
      case '{':
        settle(false);
        mark_composed();
        return push({.is_single = false});
      case ')':
        settle(false);
        return close_parenthesis();
      case ']':
      case '}':
        settle(false);
        if (!frames_.empty()) frames_.pop_back();
        operand_ = {};
        return;
      case ',':
        settle(false);
        return end_argument();
      case '=':
        settle(false);
        return assign();
      case ':':
        settle(false);
        if (frames_.empty() && annotated_.empty()) annotated_ = plain_name_;
        operand_ = {};
        plain_name_ = {};
        return mark_composed();
      default:
        settle(false);
        operand_ = {};
        plain_name_ = {};
        mark_composed();
    }
  }

  void push(Frame frame) {
    if (frames_.size() >= kMaxNesting) {
      throw Error(ErrorKind::input, "its code has brackets that are nested too deeply",
                  "no model needs that: the file is damaged or was made to exhaust its reader");
    }
    frames_.push_back(std::move(frame));
    operand_ = {};
    plain_name_ = {};
    is_keyword_ = false;
    is_settled_ = true;
  }

  void open_parenthesis() {
    const bool follows_operand = !is_keyword_ && operand_.kind != Kind::unknown;
    if (!follows_operand) {
      settle(false);
      return push({});
    }
    settle(true);
    push({.is_call = true, .callee = std::move(operand_)});
  }

  void close_parenthesis() {
    is_keyword_ = false;
    if (frames_.empty()) return;
    if (frames_.back().is_call) keep_first();
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    plain_name_ = {};
    if (!frame.is_call) {
      if (!frame.is_single) operand_ = {};
      if (!frame.is_single) mark_composed();
      is_settled_ = true;
      return;
    }
    if (frame.callee.kind == Kind::name && frame.callee.text == "getattr" &&
        operand_.kind == Kind::text) {
      const std::string member = std::move(operand_.text);
      operand_ = frame.first;
      select(member);
      return;
    }
    operand_ = {Kind::value, {}, {}};  // the result
    is_settled_ = true;
  }

  void keep_first() {
    Frame& frame = frames_.back();
    if (frame.arguments == 0) frame.first = operand_;
  }

  void end_argument() {
    if (!frames_.empty()) {
      keep_first();
      frames_.back().arguments += 1;
      frames_.back().is_single = false;
    } else {
      is_composed_ = true;
      unknown_names_.emplace_back(plain_name_);
    }
    operand_ = {};
    plain_name_ = {};
  }

  void assign() {
    if (frames_.empty()) {
      const std::string_view target = annotated_.empty() ? plain_name_ : annotated_;
      if (!target.empty()) targets_.emplace_back(target);
      annotated_ = {};
      is_composed_ = false;
    }
    operand_ = {};
    plain_name_ = {};
  }

  void mark_composed() {
    if (frames_.empty()) {
      is_composed_ = true;
    } else {
      frames_.back().is_single = false;
    }
  }

  void end_statement() {
    const bool is_several = !unknown_names_.empty();
    for (std::string& target : targets_) {
      if (code_.budget != nullptr) {
        code_.budget->spend_steps(20);
        if (locals_.find(target) == locals_.end())
          code_.budget->spend_bytes(kLocalBytes + target.size());
      }
      locals_[std::move(target)] =
          is_composed_ || is_several ? CodeOperand{Kind::value, {}, {}} : bound();
    }
    for (const std::string& name : unknown_names_) {
      if (!targets_.empty() && !name.empty()) locals_.erase(name);
    }
    targets_.clear();
    unknown_names_.clear();
    operand_ = {};
    plain_name_ = {};
    annotated_ = {};
    is_composed_ = false;
    is_keyword_ = false;
    is_settled_ = true;
  }

  // What a local is that the operand was assigned to.
  CodeOperand bound() const {
    if (operand_.kind == Kind::member) {
      std::string type = member_type(operand_);
      return type.empty() ? operand_ : CodeOperand{Kind::value, {}, std::move(type)};
    }
    return operand_.kind == Kind::unknown ? CodeOperand{Kind::value, {}, {}} : operand_;
  }

  const ScriptCode& code_;
  CodeVisitor& visitor_;
  std::map<std::string, CodeOperand, std::less<>> locals_;
  std::vector<Frame> frames_;
  CodeOperand operand_;          // that the last tokens stand for
  std::string_view plain_name_;  // of an operand that is one name
  std::string_view annotated_;   // x of "x : Tensor = …"
  std::int64_t line_ = 1;        // of the operand
  bool is_settled_ = true;       // the visitor knows the operand
  bool after_dot_ = false;
  bool is_keyword_ = false;
  bool is_composed_ = false;                // the statement's value is more than one operand
  std::vector<std::string> targets_;        // names before "="
  std::vector<std::string> unknown_names_;  // names of "a, b = …", whose values are not followed
};

}  // namespace

void walk_code(const ScriptCode& code, const CodeFunction& function, CodeVisitor& visitor) {
  Walker walker(code, visitor);
  for (const CodeParameter& parameter : function.parameters)
    walker.add_parameter(parameter.name, parameter.type);
  walker.walk(function.body, function.line);
}

void walk_text(const ScriptCode& code, std::string_view text, CodeVisitor& visitor) {
  Walker(code, visitor).walk(text, 1);
}

std::string op_name(const CodeOperand& operand, bool is_call) {
  if (operand.kind != Kind::name) return {};
  const std::string_view path = operand.text;
  if (path.starts_with("torch.")) return "aten::" + std::string(path.substr(path.rfind('.') + 1));
  if (path.starts_with("ops.")) {
    const std::size_t dot = path.find('.', 4);
    if (dot == std::string_view::npos) return {};
    return std::string(path.substr(4, dot - 4)) + "::" + std::string(path.substr(dot + 1));
  }
  if (!is_call) return {};
  for (const auto& [name, op] : kBuiltins) {
    if (name == path) return std::string(op);
  }
  return {};
}

}  // namespace tsctl
