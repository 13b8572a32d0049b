#include "tsctl/archive/code_lexer.h"

#include <algorithm>
#include <cctype>

namespace tsctl {

namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";
constexpr std::string_view kTypeComment = "# type:";

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_name(char c) { return begins_name(c) || is_digit(c); }

std::size_t quote_count(std::string_view literal) {
  return literal.size() >= 3 && literal[1] == literal[0] && literal[2] == literal[0] ? 3 : 1;
}

}  // namespace

void CodeLexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (kBlanks.find(c) != std::string_view::npos) {
      ++at_;
    } else if (c == '#' && !text_.substr(at_).starts_with(kTypeComment)) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
      at_ += 2;
      ++line_;
    } else if (c == '\n' && depth_ > 0) {
      ++at_;
      ++line_;
    } else {
      return;
    }
  }
}

// The end of the string literal that begins here. LibTorch refuses one that does not end; all of the line, or of the text,
// belongs to it then, so that the time is linear.
std::size_t CodeLexer::string_end() const {
  const std::size_t quotes = quote_count(text_.substr(at_));
  const std::string_view closing = text_.substr(at_, quotes);
  for (std::size_t i = at_ + quotes; i < text_.size(); ++i) {
    if (text_.substr(i).starts_with(closing)) return i + quotes;
    if (text_[i] == '\n' && quotes != 3) return i;
    if (text_[i] == '\\') ++i;
  }
  return text_.size();
}

CodeToken CodeLexer::take(CodeToken::Kind kind, std::size_t end) {
  CodeToken token{kind, text_.substr(at_, end - at_), at_, line_};
  line_ += std::ranges::count(token.text, '\n');
  at_ = end;
  return token;
}

CodeToken CodeLexer::next() {
  using enum CodeToken::Kind;
  skip_blanks();
  if (at_ >= text_.size()) return take(end, at_);
  const char c = text_[at_];
  if (c == '\n') return take(line_end, at_ + 1);
  std::size_t last = at_ + 1;
  if (begins_name(c)) {
    while (last < text_.size() && continues_name(text_[last])) ++last;
    return take(name, last);
  }
  if (is_digit(c)) {
    // "1.5" and "1." are numbers; "1.e-05" is one, then a symbol, then another, which no caller minds.
    while (last < text_.size() && (continues_name(text_[last]) || text_[last] == '.')) ++last;
    return take(number, last);
  }
  if (c == '"' || c == '\'') return take(text, string_end());
  if (c == '(' || c == '[' || c == '{') ++depth_;
  if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
  // "==", "+=" and the like: only "=" alone assigns.
  constexpr std::string_view kBeforeEquals = "=!<>+-*/%&|^";
  if (kBeforeEquals.find(c) != std::string_view::npos && last < text_.size() && text_[last] == '=')
    ++last;
  return take(symbol, last);
}

std::string_view unquoted_literal(std::string_view literal) {
  if (literal.empty()) return {};
  const std::size_t quotes = quote_count(literal) == 3 && literal.size() >= 6 ? 3 : 1;
  if (literal.size() < 2 * quotes) return {};
  return literal.substr(quotes, literal.size() - 2 * quotes);
}

}  // namespace tsctl
