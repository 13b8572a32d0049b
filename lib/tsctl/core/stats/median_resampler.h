#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "tsctl/core/stats/alias_table.h"

namespace tsctl {

// Draws the median of a bootstrap resample (with replacement) without drawing the resample. The median depends on the
// ranks of the resample's middle values only, and these have a known distribution, which is tabulated once. A draw costs
// O(log count), or O(1) for up to 64 samples, and has exactly the distribution of drawing and sorting a resample.
class MedianResampler {
 public:
  // `count` is the number of samples, at least 1.
  explicit MedianResampler(std::size_t count);

  // `sorted` has `count` samples in ascending order.
  double draw(const std::vector<double>& sorted, std::mt19937_64& random) const;

 private:
  // Which samples, counted from 0, are the two middle values of a resample. For an odd count there is one middle value.
  struct Ranks {
    std::size_t lower = 0;
    std::size_t upper = 0;
  };
  // For few samples: every possible pair of ranks, and their distribution.
  struct Table {
    std::vector<Ranks> pairs;
    AliasTable choice;
  };

  Table every_pair() const;
  Ranks draw_ranks(std::mt19937_64& random) const;
  std::size_t draw_upper(std::mt19937_64& random) const;
  std::size_t draw_lower(std::size_t upper, std::mt19937_64& random) const;

  std::vector<double> upper_cdf_;           // [j] = P(U <= j), in the terms of the .cpp file
  std::vector<double> lower_differs_ = {};  // [j] = P(L < j | U = j); empty for an odd count
  std::optional<Table> table_ = {};
};

}  // namespace tsctl
