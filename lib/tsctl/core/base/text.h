#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tsctl {

// The text without blanks, tabs and line breaks at either end.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Text of a file, a model or an exception, fit for a terminal: control characters other than line breaks, tabs and those
// in `kept` are written as \xNN. So are the C1 controls and the marks that change the direction of text.
std::string printable(std::string_view text, std::string_view kept = {});

// The same for text that holds tsctl's own colours, which stay.
std::string printable_with_colours(std::string_view text);

}  // namespace tsctl
