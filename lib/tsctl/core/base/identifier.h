#pragma once

#include <string_view>

namespace tsctl {

constexpr bool is_letter_or_underscore(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Whether the text matches [A-Za-z_][A-Za-z0-9_]*, the form of names in --input, SOURCE and outputs.
constexpr bool is_identifier(std::string_view text) noexcept {
  if (text.empty() || !is_letter_or_underscore(text.front())) return false;
  for (const char c : text) {
    if (!is_letter_or_underscore(c) && !is_digit(c)) return false;
  }
  return true;
}

}  // namespace tsctl
