#include "tsctl/report/text/text_table.h"

#include <algorithm>
#include <numeric>

#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr std::size_t kGap = 2;             // between two columns
constexpr std::size_t kNarrowestText = 24;  // a last column that is narrower is not wrapped

std::size_t total_width(const std::vector<std::size_t>& widths,
                        const std::vector<std::size_t>& columns) {
  std::size_t total = columns.empty() ? 0 : kGap * (columns.size() - 1);
  for (const std::size_t column : columns) total += widths[column];
  return total;
}

}  // namespace

TextTable::TextTable(const std::vector<std::string>& titles) {
  std::vector<std::string> heading;
  for (const std::string& title : titles) {
    right_aligned_.push_back(title.starts_with('>'));
    heading.push_back(right_aligned_.back() ? title.substr(1) : title);
  }
  rows_.push_back(std::move(heading));
}

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(right_aligned_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::column_widths() const {
  std::vector<std::size_t> widths(right_aligned_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  return widths;
}

std::string TextTable::render_columns(const std::vector<std::size_t>& columns, std::size_t indent,
                                      std::size_t width) const {
  const std::vector<std::size_t> widths = column_widths();
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (const std::size_t i : columns) {
      const std::string padding(widths[i] - columns_of(row[i]), ' ');
      if (i == columns.back()) {
        const std::string begin = line + (right_aligned_[i] ? padding : "");
        line = begin + wrapped(row[i], width > 0 ? width : 0, columns_of(begin));
        break;
      }
      line += (right_aligned_[i] ? padding + row[i] : row[i] + padding) + std::string(kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string TextTable::render(std::size_t indent, std::size_t width) const {
  std::vector<std::size_t> columns(right_aligned_.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  if (width == 0 || columns.size() < 2) return render_columns(columns, indent, 0);
  const std::vector<std::size_t> widths = column_widths();
  const std::size_t all = indent + total_width(widths, columns);
  if (all <= width) return render_columns(columns, indent, 0);
  const std::size_t before_last = all - widths.back();
  if (!right_aligned_.back() && before_last + kNarrowestText <= width)
    return render_columns(columns, indent, width);

  std::string text;
  std::vector<std::size_t> part{0};
  for (std::size_t i = 1; i < columns.size(); ++i) {
    const bool fits = indent + total_width(widths, part) + kGap + widths[i] <= width;
    if (!fits && part.size() > 1) {
      text += render_columns(part, indent, 0) + "\n";
      part = {0};
    }
    part.push_back(i);
  }
  return text + render_columns(part, indent, 0);
}

}  // namespace tsctl
