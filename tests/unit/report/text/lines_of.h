#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace tsctl {

// The lines of a text, without the line breaks.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace tsctl
