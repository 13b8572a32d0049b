#include "tsctl/report/text/style.h"

#include <algorithm>
#include <cstddef>

namespace tsctl {

namespace {

constexpr char kEscape = '\033';

std::string coloured(const char* code, const std::string& text) {
  return std::string("\033[") + code + "m" + text + "\033[0m";
}

// The end of the sequence that begins at `at`: "ESC [ digits and ; letter".
std::size_t sequence_end(const std::string& text, std::size_t at) {
  if (at + 1 >= text.size() || text[at + 1] != '[') return at + 1;
  const std::size_t letter = text.find_first_not_of("0123456789;?", at + 2);
  return letter == std::string::npos ? text.size() : letter + 1;
}

bool is_control(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return (code < 0x20 && letter != '\n' && letter != '\t') || code == 0x7F;
}

}  // namespace

std::string good(const std::string& text) { return coloured("32", text); }
std::string bad(const std::string& text) { return coloured("31", text); }
std::string caution(const std::string& text) { return coloured("33", text); }

std::string coloured_verdict(const std::string& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string word = text.substr(0, end);
  const auto colour = word == "OK" || word == "PASS" ? &good : word == "FAIL" ? &bad : &caution;
  return colour(word) + text.substr(end);
}

std::string plain(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == kEscape) {
      at = sequence_end(text, at);
      continue;
    }
    if (!is_control(text[at])) result += text[at];
    ++at;
  }
  return result;
}

std::size_t columns_of(const std::string& text) {
  const std::string shown = plain(text);
  return static_cast<std::size_t>(std::ranges::count_if(
      shown, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace tsctl
