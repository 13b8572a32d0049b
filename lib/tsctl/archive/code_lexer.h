#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tsctl {

// A token of TorchScript code.
struct CodeToken {
  enum class Kind {
    name,  // an identifier, or a keyword such as `return`
    number,
    text,      // a string literal, with its quotes
    symbol,    // any other character, or two that end in "="
    line_end,  // outside of brackets only
    end,
  };

  Kind kind = Kind::end;
  std::string_view text = {};
  std::size_t begin = 0;  // its position in the text
  std::int64_t line = 1;  // counted from 1
};

// Splits code into tokens as LibTorch does (torch/csrc/jit/frontend/lexer.h): strings in one or three quotes with escapes,
// comments, lines that end in a backslash, and line breaks within brackets, which mean nothing. It never throws: what
// LibTorch would refuse becomes symbols.
class CodeLexer {
 public:
  explicit CodeLexer(std::string_view text, std::int64_t first_line = 1)
      : text_(text), line_(first_line) {}

  CodeToken next();

 private:
  void skip_blanks();
  std::size_t string_end() const;
  CodeToken take(CodeToken::Kind kind, std::size_t end);

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  std::int64_t depth_ = 0;  // of brackets
};

// The value of a string literal, as far as names and paths need it: without quotes and with its simple escapes.
std::string_view unquoted_literal(std::string_view literal);

}  // namespace tsctl
