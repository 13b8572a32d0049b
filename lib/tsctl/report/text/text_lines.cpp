#include "tsctl/report/text/text_lines.h"

#include <algorithm>

#include "tsctl/report/text/style.h"

namespace tsctl {

std::string line(const std::string& label, const std::string& text) {
  const std::size_t columns = columns_of(label);
  return label + std::string(std::max(kLabelWidth, columns + 1) - columns, ' ') + text + "\n";
}

std::string joined(const std::vector<std::string>& items, const std::string& separator) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : separator) + item;
  return text;
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  if (width == 0 || indent + columns_of(text) <= width) return text;
  std::string result;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::size_t columns = columns_of(word);
    const bool first = column == indent;
    if (!first && column + 1 + columns > width) {
      result += "\n" + std::string(indent, ' ') + word;
      column = indent + columns;
    } else {
      result += (first ? "" : " ") + word;
      column += columns + (first ? 0 : 1);
    }
    at = end + 1;
  }
  return result;
}

std::string fitted(const std::string& lines, std::size_t width) {
  if (width <= kLabelWidth) return lines;
  std::string result;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string line = lines.substr(at, end - at);
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    // The continuation of "label      text" begins below the text, that of an indented line below the line.
    const std::size_t indent = blanks > 0 ? blanks : kLabelWidth;
    if (columns_of(line) <= width || indent >= width / 2 || line.size() <= indent) {
      result += line + "\n";
    } else {
      // A styled label has more bytes than columns, but no label is longer than the column of labels and styled.
      std::size_t split = indent;
      while (split < line.size() && columns_of(line.substr(0, split)) < indent) ++split;
      result += line.substr(0, split) + wrapped(line.substr(split), width, indent) + "\n";
    }
    at = end + 1;
  }
  return result;
}

}  // namespace tsctl
