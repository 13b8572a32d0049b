#include "tsctl/archive/code_evaluator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tsctl/archive/method_graph_builder.h"

namespace tsctl {

namespace {

using Token = CodeToken::Kind;

constexpr std::size_t kMostTokens = 200'000;  // of one statement
constexpr std::size_t kMostTextBytes = 80;    // of a literal
constexpr std::size_t kMostItems = 64;        // of a tuple that are told apart
constexpr std::size_t kKeptFactor = 16;       // memory costs more than a look
constexpr std::size_t kCopyFactor = 40;       // of all locals, for a branch

constexpr std::array<std::string_view, 9> kWordOperators{"and",  "or",  "in",  "is", "if",
                                                         "else", "not", "for", "as"};

bool is_operator(const CodeToken& token) {
  constexpr std::string_view kSymbols = "+-*/%<>|&^@";
  if (token.kind == Token::name)
    return std::ranges::find(kWordOperators, token.text) != kWordOperators.end();
  if (token.kind != Token::symbol || token.text == "=") return false;
  return token.text.size() == 2 || kSymbols.find(token.text.front()) != std::string_view::npos;
}

bool is_constant(std::string_view name) {
  return name == "True" || name == "False" || name == "None" || name == "inf" || name == "nan";
}

std::string cut_literal(std::string_view text) {
  if (text.size() <= kMostTextBytes) return std::string(text);
  std::size_t end = kMostTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

// How a bracket changes the depth.
int depth_of(const CodeToken& token) {
  if (token.kind != Token::symbol) return 0;
  const char c = token.text.front();
  if (c == '(' || c == '[' || c == '{') return 1;
  return c == ')' || c == ']' || c == '}' ? -1 : 0;
}

// The first token of that text outside of brackets, or `end`.
std::size_t find_outside(const std::vector<CodeToken>& tokens, std::size_t at, std::size_t end,
                         std::string_view text) {
  int depth = 0;
  for (; at < end; ++at) {
    depth += depth_of(tokens[at]);
    if (depth == 0 && tokens[at].kind != Token::text && tokens[at].text == text) return at;
  }
  return end;
}

// What a value takes, in nodes.
std::size_t weight_of(const CodeValue& value) {
  std::size_t weight = 1 + value.nodes.size();
  for (const CodeValue& item : value.items) weight += 8 + item.nodes.size();
  return weight;
}

// Without its items' items, which a text could multiply without end.
CodeValue as_item(CodeValue value) {
  value.items.clear();
  return value;
}

}  // namespace

CodeEvaluator::CodeEvaluator(MethodGraphBuilder& builder, const CodeFunction& function)
    : builder_(builder), function_(function), lexer_(function.body, function.line) {
  read_statement();
}

void CodeEvaluator::bind(std::string_view name, CodeValue value) {
  builder_.spend(kKeptFactor * weight_of(value));
  locals_[name] = std::move(value);
}

CodeValue CodeEvaluator::run() {
  while (!next_.tokens.empty()) {
    const CodeStatement statement = std::exchange(next_, {});
    read_statement();
    run_statement(statement);
  }
  return std::move(returned_);
}

void CodeEvaluator::read_statement() {
  next_ = {};
  CodeToken token = lexer_.next();
  while (token.kind == Token::line_end) token = lexer_.next();
  if (token.kind == Token::end) return;
  const std::size_t line_break = std::string_view(function_.body).rfind('\n', token.begin);
  next_.indent = line_break == std::string_view::npos ? token.begin : token.begin - line_break - 1;
  for (; token.kind != Token::end && token.kind != Token::line_end; token = lexer_.next()) {
    if (next_.tokens.size() >= kMostTokens) throw GraphStop{"it has a line that is too long"};
    next_.tokens.push_back(token);
  }
}

// The statements that follow and are indented further than `indent`.
void CodeEvaluator::run_block(std::size_t indent) {
  const MethodGraphBuilder::Level level(builder_);
  while (!next_.tokens.empty() && next_.indent > indent) {
    const CodeStatement statement = std::exchange(next_, {});
    read_statement();
    run_statement(statement);
  }
}

void CodeEvaluator::run_statement(const CodeStatement& statement) {
  const std::string_view word = statement.tokens.front().text;
  if (word == "if" || word == "elif") return run_branches(statement);
  if (word == "for" || word == "while") return run_loop(statement);
  if (word == "pass" || word == "break" || word == "continue" || word == "import") return;
  Cursor cursor{statement.tokens, 1, statement.tokens.size()};
  if (word == "return") {
    CodeValue value = expressions(cursor, "");
    if (!has_returned_) {
      returned_ = std::move(value);
    } else {
      returned_.items.clear();
      builder_.merge(returned_, value);
    }
    has_returned_ = true;
  } else if (word == "with" || word == "assert" || word == "raise") {
    cursor.end = find_outside(statement.tokens, 1, cursor.end, ":");
    expressions(cursor, "");
  } else {
    run_assignment(statement);
  }
}

void CodeEvaluator::run_branches(const CodeStatement& statement) {
  const CodeToken& word = statement.tokens.front();
  Cursor cursor{statement.tokens, 1,
                find_outside(statement.tokens, 1, statement.tokens.size(), ":")};
  const CodeValue condition = expression(cursor);
  builder_.add_node(MethodNodeKind::condition, "if", condition.text, condition.nodes,
                    {function_.record, word.line});
  const Locals before = copy_of_locals();
  builder_.open_scope(MethodScopeKind::branch, "if", {});
  run_block(statement.indent);
  builder_.close_scope();
  Locals after_if = std::exchange(locals_, before);
  if (!next_.tokens.empty() && next_.indent == statement.indent) {
    const std::string_view follows = next_.tokens.front().text;
    if (follows == "elif" || follows == "else") {
      const MethodGraphBuilder::Level level(builder_);
      builder_.open_scope(MethodScopeKind::branch, "else", {});
      const CodeStatement other = std::exchange(next_, {});
      read_statement();
      follows == "elif" ? run_branches(other) : run_block(statement.indent);
      builder_.close_scope();
    }
  }
  merge_locals(after_if);
}

// Values that a round hands to the next one are not followed.
void CodeEvaluator::run_loop(const CodeStatement& statement) {
  const CodeToken& word = statement.tokens.front();
  const std::size_t colon = find_outside(statement.tokens, 1, statement.tokens.size(), ":");
  const std::size_t in = find_outside(statement.tokens, 1, colon, "in");
  const bool is_for = word.text == "for" && in < colon;
  Cursor cursor{statement.tokens, is_for ? in + 1 : 1, colon};
  const CodeValue value = expression(cursor);
  const CodeValue node = builder_.add_node(MethodNodeKind::condition, word.text, value.text,
                                           value.nodes, {function_.record, word.line});
  const Locals before = copy_of_locals();
  if (is_for) assign({statement.tokens, 1, in}, node);
  builder_.open_scope(MethodScopeKind::loop, word.text, {});
  run_block(statement.indent);
  builder_.close_scope();
  merge_locals(before);
}

CodeEvaluator::Locals CodeEvaluator::copy_of_locals() const {
  for (const auto& [name, value] : locals_) builder_.spend(kCopyFactor * weight_of(value));
  return locals_;
}

// A local has the values of either side.
void CodeEvaluator::merge_locals(const Locals& other) {
  for (const auto& [name, value] : other) {
    builder_.spend(10);
    const auto [found, is_new] = locals_.emplace(name, value);
    if (is_new || found->second.nodes == value.nodes) continue;
    found->second.items.clear();
    builder_.merge(found->second, value);
  }
}

void CodeEvaluator::run_assignment(const CodeStatement& statement) {
  const std::vector<CodeToken>& tokens = statement.tokens;
  std::vector<std::pair<std::size_t, std::size_t>> targets;
  std::size_t begin = 0;
  for (std::size_t at = find_outside(tokens, 0, tokens.size(), "="); at < tokens.size();
       at = find_outside(tokens, begin, tokens.size(), "=")) {
    targets.emplace_back(begin, at);
    begin = at + 1;
  }
  Cursor cursor{tokens, begin, tokens.size()};
  // "x : Tensor" declares; "x += y" gives x again.
  if (targets.empty() && find_outside(tokens, 0, tokens.size(), ":") < tokens.size()) return;
  const CodeValue value = expressions(cursor, "");
  const bool is_update = targets.empty() && tokens.size() > 2 && tokens[1].text.size() == 2 &&
                         tokens[1].text.back() == '=' && is_operator(tokens[1]);
  if (is_update) assign({tokens, 0, 1}, value);
  for (const auto& [from, to] : targets)
    assign({tokens, from, find_outside(tokens, from, to, ":")}, value);
}

void CodeEvaluator::assign(Cursor target, const CodeValue& value) {
  const auto& tokens = target.tokens;
  if (target.is_over()) return;
  const std::size_t size = target.end - target.at;
  if (size == 1 && tokens[target.at].kind == Token::name) return bind(target.text(), value);
  if (find_outside(tokens, target.at, target.end, ",") == target.end) {
    // "(self).weight = x"
    const CodeToken member = tokens[target.end - 1];
    if (size < 3 || tokens[target.end - 2].text != "." || member.kind != Token::name) return;
    target.end -= 2;
    const CodeValue object = expression(target);
    return builder_.set_attribute(object, member.text, value, {function_.record, member.line});
  }
  std::size_t position = 0;
  while (!target.is_over()) {
    const std::size_t comma = find_outside(tokens, target.at, target.end, ",");
    const bool is_known = position < value.items.size();
    assign({tokens, target.at, comma}, is_known ? value.items[position] : as_item(value));
    ++position;
    target.at = comma + 1;
  }
}

// Expressions between commas, up to the closing bracket, which is taken, or to the end: one value, or a tuple.
CodeValue CodeEvaluator::expressions(Cursor& cursor, std::string_view closing) {
  CodeValue all;
  std::string text;
  bool is_one = true;
  std::size_t count = 0;
  while (!cursor.is_over() && (closing.empty() || cursor.text() != closing)) {
    const std::size_t before = cursor.at;
    CodeValue value = expression(cursor);
    if (text.size() < kMostTextBytes) text += (count > 0 ? ", " : "") + value.text;
    const bool follows = cursor.takes(",") || cursor.takes(":");  // of a dict, or of a slice
    if (count == 0 && !follows && (cursor.is_over() || cursor.text() == closing)) {
      all = std::move(value);
      break;
    }
    is_one = false;
    builder_.merge(all, value);
    if (++count <= kMostItems) all.items.push_back(as_item(std::move(value)));
    if (cursor.at == before) ++cursor.at;  // what no expression begins with
  }
  if (!closing.empty()) cursor.takes(closing);
  if (is_one && closing != "]" && closing != "}") return all;
  const bool is_list = closing == "]" || closing == "}";
  const char* open = closing == "]" ? "[" : closing == "}" ? "{" : "(";
  CodeValue list{.nodes = std::move(all.nodes)};
  list.text = open + cut_literal(text) + (is_list ? std::string(closing) : ")");
  if (!is_one) list.items = std::move(all.items);
  return list;
}

CodeValue CodeEvaluator::expression(Cursor& cursor) {
  const MethodGraphBuilder::Level level(builder_);
  CodeValue left = operand(cursor);
  while (!cursor.is_over() && is_operator(cursor.tokens[cursor.at])) {
    const CodeToken& op = cursor.tokens[cursor.at++];
    while (!cursor.is_over() && (cursor.text() == "not" || cursor.text() == "in")) ++cursor.at;
    const CodeValue right = operand(cursor);
    left = combined(op.text, left, right, op.line);
  }
  return left;
}

CodeValue CodeEvaluator::combined(std::string_view op, const CodeValue& left,
                                  const CodeValue& right, std::int64_t line) {
  std::string text = cut_literal(left.text + " " + std::string(op) + " " + right.text);
  if (left.nodes.empty() && right.nodes.empty()) return {.text = std::move(text)};
  CodeValue inputs = as_item(left);
  builder_.merge(inputs, right);
  return builder_.add_node(MethodNodeKind::op, op, text, std::move(inputs.nodes),
                           {function_.record, line});
}

// An operand with what follows it: "(self.layer).forward(x)[0]".
CodeValue CodeEvaluator::operand(Cursor& cursor) {
  if (cursor.is_over()) return {};
  const std::string_view sign = cursor.text();
  if (sign == "-" || sign == "+" || sign == "~" || sign == "not" || sign == "*") {
    const MethodGraphBuilder::Level level(builder_);
    const std::int64_t line = cursor.tokens[cursor.at++].line;
    CodeValue value = operand(cursor);
    if (value.nodes.empty()) {
      value.text = cut_literal(std::string(sign) + (sign == "not" ? " " : "") + value.text);
      return value;
    }
    return builder_.add_node(MethodNodeKind::op, sign, value.text, value.nodes,
                             {function_.record, line});
  }
  CodeValue value = primary(cursor);
  while (!cursor.is_over()) {
    const CodePlace place{function_.record, cursor.tokens[cursor.at].line};
    if (cursor.takes(".")) {
      if (cursor.is_over()) break;
      value = builder_.select(value, cursor.tokens[cursor.at++].text, place);
    } else if (cursor.takes("(")) {
      value = builder_.call(value, arguments(cursor), place);
    } else if (cursor.takes("[")) {
      value = subscript(std::move(value), cursor);
    } else {
      break;
    }
  }
  return value;
}

CodeValue CodeEvaluator::subscript(CodeValue value, Cursor& cursor) {
  const CodeValue index = expressions(cursor, "]");
  // "[0]" of a tuple whose items are known
  if (index.text.size() == 3 && index.text[1] >= '0' && index.text[1] <= '9') {
    const auto at = static_cast<std::size_t>(index.text[1] - '0');
    if (at < value.items.size()) return as_item(value.items[at]);
  }
  CodeValue part = as_item(std::move(value));
  builder_.merge(part, index);
  if (!part.global.empty() && part.global.size() < kMostTextBytes)
    part.global += cut_literal(index.text);  // a type: List[int]
  return part;
}

CodeValue CodeEvaluator::primary(Cursor& cursor) {
  const CodeToken& token = cursor.tokens[cursor.at];
  if (token.kind == Token::number) return number(cursor);
  ++cursor.at;
  if (token.kind == Token::text) return {.text = cut_literal(token.text)};
  if (token.text == "(") return expressions(cursor, ")");
  if (token.text == "[") return expressions(cursor, "]");
  if (token.text == "{") return expressions(cursor, "}");
  if (token.kind != Token::name) return {.text = std::string(token.text.substr(0, 2))};
  if (is_constant(token.text)) return {.text = std::string(token.text)};
  const auto local = locals_.find(token.text);
  if (local == locals_.end()) return {.text = "_", .global = cut_literal(token.text)};
  builder_.spend(weight_of(local->second));
  return local->second;
}

// "1.e-05" is three tokens.
CodeValue CodeEvaluator::number(Cursor& cursor) {
  std::string text = cut_literal(cursor.tokens[cursor.at++].text);
  if ((text.ends_with('e') || text.ends_with('E')) && cursor.at + 1 < cursor.end &&
      (cursor.text() == "-" || cursor.text() == "+")) {
    text += cursor.tokens[cursor.at++].text;
    text += cut_literal(cursor.tokens[cursor.at++].text);
  }
  return {.text = std::move(text)};
}

CodeArguments CodeEvaluator::arguments(Cursor& cursor) {
  CodeArguments list;
  while (!cursor.is_over() && cursor.text() != ")") {
    const std::size_t before = cursor.at;
    std::string_view name;
    if (cursor.at + 1 < cursor.end && cursor.tokens[cursor.at].kind == Token::name &&
        cursor.tokens[cursor.at + 1].text == "=") {
      name = cursor.text();
      cursor.at += 2;
    }
    list.emplace_back(name, expression(cursor));
    cursor.takes(",");
    if (cursor.at == before) ++cursor.at;
  }
  cursor.takes(")");
  return list;
}

}  // namespace tsctl
