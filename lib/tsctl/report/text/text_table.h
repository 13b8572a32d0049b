#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tsctl {

// Aligned columns: the first is left-aligned, others are too unless their title starts with '>', which is dropped.
// Widths count UTF-8 characters.
class TextTable {
 public:
  explicit TextTable(const std::vector<std::string>& titles);
  void add_row(std::vector<std::string> cells);
  std::string render(std::size_t indent = 0) const;

 private:
  std::vector<bool> right_aligned_ = {};
  std::vector<std::vector<std::string>> rows_ = {};
};

}  // namespace tsctl
