#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tsctl {

// A uniform random number in [0, count) that is the same on every platform, unlike std::uniform_int_distribution's.
// Its bias is below count / 2^64.
std::size_t index_below(std::size_t count, std::mt19937_64& random);

// Draws the median of a bootstrap resample (with replacement) without drawing the resample. The ranks of the resample's
// middle order statistics have a known distribution, which is tabulated once. A draw costs O(log count), or O(1) for up
// to 64 samples, and has exactly the distribution of drawing and sorting a resample.
class MedianResampler {
 public:
  // `count` is the number of samples, at least 1.
  explicit MedianResampler(std::size_t count);

  // `sorted` has `count` samples in ascending order.
  double draw(const std::vector<double>& sorted, std::mt19937_64& random) const;

 private:
  // The ranks, from 0, of the two middle order statistics among the samples. For an odd count they are equal.
  struct Ranks {
    std::uint16_t lower = 0;
    std::uint16_t upper = 0;
  };
  struct Outcome {
    Ranks ranks = {};
    double probability = 0.0;
  };
  // A column of an alias table (Walker 1977): `kept` with probability `keep`, otherwise `other`. Columns are equally
  // likely.
  struct Column {
    double keep = 1.0;
    Ranks kept = {};
    Ranks other = {};
  };

  std::vector<Outcome> outcomes() const;
  static std::vector<Column> alias_table(const std::vector<Outcome>& outcomes);
  double draw_from_columns(const std::vector<double>& sorted, std::mt19937_64& random) const;
  std::size_t draw_upper_rank(std::mt19937_64& random) const;
  std::size_t draw_lower_rank(std::size_t upper, std::mt19937_64& random) const;

  // upper_cdf_[j] = P(rank <= j) for the rank of the upper middle order statistic.
  std::vector<double> upper_cdf_;
  // For even counts: lower_differs_[j] = P(the lower middle has a smaller rank | the upper middle has rank j).
  std::vector<double> lower_differs_ = {};
  std::vector<Column> columns_ = {};  // for up to 64 samples
};

}  // namespace tsctl
