#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tsctl {

// Draws from a discrete distribution in O(1), with one random number (the alias method, Walker 1977). The table has a
// column for each outcome, and all columns are equally likely. A column gives its own outcome with probability `keep`, and
// otherwise one other outcome, its alias.
class AliasTable {
 public:
  // `probabilities[i]` is that of outcome i; they add up to 1. At least one, at most 2^32.
  explicit AliasTable(const std::vector<double>& probabilities);

  std::size_t draw(std::mt19937_64& random) const;

 private:
  struct Column {
    double keep = 1.0;
    std::uint32_t alias = 0;
  };
  std::vector<Column> columns_;
};

}  // namespace tsctl
