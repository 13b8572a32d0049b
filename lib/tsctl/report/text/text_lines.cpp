#include "tsctl/report/text/text_lines.h"

#include <algorithm>

namespace tsctl {

std::string line(const std::string& label, const std::string& text) {
  std::string padded = label;
  padded.resize(std::max(kLabelWidth, label.size() + 1), ' ');
  return padded + text + "\n";
}

std::string joined(const std::vector<std::string>& items, const std::string& separator) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : separator) + item;
  return text;
}

}  // namespace tsctl
