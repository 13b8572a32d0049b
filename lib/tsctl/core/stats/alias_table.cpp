#include "tsctl/core/stats/alias_table.h"

#include "tsctl/core/stats/uniform_draw.h"

namespace tsctl {

// Vose 1991 ("A linear algorithm for generating random numbers with a given distribution"): a column whose outcome is
// less likely than a column is filled up with an outcome that is more likely.
AliasTable::AliasTable(const std::vector<double>& probabilities) : columns_(probabilities.size()) {
  std::vector<double> left;  // of each outcome: what no column has yet, in columns
  std::vector<std::size_t> small;
  std::vector<std::size_t> large;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    left.push_back(probabilities[i] * static_cast<double>(probabilities.size()));
    (left.back() < 1.0 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t filled = small.back();
    const std::size_t donor = large.back();
    small.pop_back();
    columns_[filled] = {.keep = left[filled], .alias = static_cast<std::uint32_t>(donor)};
    left[donor] -= 1.0 - left[filled];
    if (left[donor] >= 1.0) continue;
    large.pop_back();
    small.push_back(donor);
  }
  // The columns that remain have keep = 1: only rounding errors are missing.
}

std::size_t AliasTable::draw(std::mt19937_64& random) const {
  // The upper half of the product chooses the column; the lower half is uniform within it.
  using Wide = unsigned __int128;
  const Wide product = Wide{random()} * columns_.size();
  const auto index = static_cast<std::size_t>(product >> 64);
  const Column& column = columns_[index];
  return unit_from_bits(static_cast<std::uint64_t>(product)) < column.keep ? index : column.alias;
}

}  // namespace tsctl
