#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tsctl {

// Aligned columns: the first is left-aligned, others are too unless their title starts with '>', which is dropped.
// Widths count UTF-8 characters, and no colours.
class TextTable {
 public:
  explicit TextTable(const std::vector<std::string>& titles);
  void add_row(std::vector<std::string> cells);
  // With a width, a table that is wider wraps its last column if that is text. If it does not fit even so, the columns
  // that do not fit follow in a separate table, which begins with the first column again.
  std::string render(std::size_t indent = 0, std::size_t width = 0) const;

 private:
  std::vector<std::size_t> column_widths() const;
  std::string render_columns(const std::vector<std::size_t>& columns, std::size_t indent,
                             std::size_t width) const;

  std::vector<bool> right_aligned_ = {};
  std::vector<std::vector<std::string>> rows_ = {};
};

}  // namespace tsctl
