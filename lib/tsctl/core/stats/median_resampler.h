#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tsctl {

// A number in [0, count), the same on every platform, unlike std::uniform_int_distribution's. Its bias is below
// count / 2^64.
std::size_t index_below(std::size_t count, std::mt19937_64& random);

// Draws the median of a resample with replacement of `count` samples without drawing the resample: the ranks of its
// middle order statistics have a known distribution, which is tabulated once. So a draw costs O(log count), for up to
// 64 samples O(1), and is distributed exactly as if the resample had been drawn and sorted.
class MedianResampler {
 public:
  // For samples of this size, at least 1.
  explicit MedianResampler(std::size_t count);

  // `sorted` is ascending and has the size given to the constructor.
  double draw(const std::vector<double>& sorted, std::mt19937_64& random) const;

 private:
  // Ranks of the two order statistics in the middle, counted from 0; of an odd count both are the same one.
  struct Ranks {
    std::uint16_t lower = 0;
    std::uint16_t upper = 0;
  };
  // One of equally likely columns (Walker 1977's alias method): `kept` with probability `keep`, otherwise `other`.
  struct Column {
    double keep = 1.0;
    Ranks kept = {};
    Ranks other = {};
  };

  void make_columns(std::size_t count);

  // Of an odd count the middle order statistic, of an even one the upper of the two in the middle:
  // upper_cdf_[j] = P(its rank among the samples <= j), ranks from 0.
  std::vector<double> upper_cdf_ = {};
  // Even counts only: P(the lower one has a smaller rank | the upper one has rank j).
  std::vector<double> lower_differs_ = {};
  std::vector<Column> columns_ = {};  // of few samples; the others have too many pairs of ranks
};

}  // namespace tsctl
