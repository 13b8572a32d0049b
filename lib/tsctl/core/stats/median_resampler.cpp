#include "tsctl/core/stats/median_resampler.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

constexpr std::size_t kMaxTabulated = 64;  // samples: 2080 pairs of ranks

// A number in [0, 1) from the upper 53 bits.
double unit_from_bits(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

double log_binomial(double n, double k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

}  // namespace

std::size_t index_below(std::size_t count, std::mt19937_64& random) {
  using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{random()} * count >> 64);
}

MedianResampler::MedianResampler(std::size_t count) : upper_cdf_(count) {
  compute_upper_cdf(count);
  if (count % 2 == 0) compute_lower_differs(count);
  if (count <= kMaxTabulated) balance_columns(add_columns(count));
}

double MedianResampler::draw(const std::vector<double>& sorted, std::mt19937_64& random) const {
  if (!columns_.empty()) return draw_from_columns(sorted, random);
  // The last entry is 1, which no draw reaches, so the search never returns the end.
  const auto found =
      std::upper_bound(upper_cdf_.begin(), upper_cdf_.end() - 1, unit_from_bits(random()));
  const auto rank = static_cast<std::size_t>(found - upper_cdf_.begin());
  if (lower_differs_.empty()) return sorted[rank];

  const double differs = lower_differs_[rank];
  const double chance = unit_from_bits(random());
  if (chance >= differs) return sorted[rank];
  // The lower middle is the largest of count / 2 values that are uniform over the smaller ranks. Given chance <
  // differs, chance / differs is uniform.
  const std::size_t middle = sorted.size() / 2;
  const auto half = static_cast<double>(middle);
  const double position = static_cast<double>(rank) * std::pow(chance / differs, 1.0 / half);
  const auto lower = std::min(static_cast<std::size_t>(position), rank - 1);
  return 0.5 * (sorted[lower] + sorted[rank]);
}

// A resampled value has rank j or less with probability (j + 1) / m, and the r-th smallest of m uniform numbers has the
// distribution Beta(r, m + 1 - r).
void MedianResampler::compute_upper_cdf(std::size_t count) {
  const auto m = static_cast<double>(count);
  const std::size_t middle = count / 2;
  const auto upper = static_cast<double>(middle + 1);  // counted from 1
  for (std::size_t j = 0; j < count; ++j)
    upper_cdf_[j] = regularized_beta(static_cast<double>(j + 1) / m, upper, m + 1.0 - upper);
}

// The upper middle has rank j and the lower middle a smaller rank if half of the values are below j and the other
// half are at j or above, but not all of them above.
void MedianResampler::compute_lower_differs(std::size_t count) {
  const auto m = static_cast<double>(count);
  const std::size_t middle = count / 2;
  const auto half = static_cast<double>(middle);
  const double ways = log_binomial(m, half);
  lower_differs_.assign(count, 0.0);
  for (std::size_t j = 1; j < count; ++j) {
    const auto rank = static_cast<double>(j);
    const double at_or_above =
        std::exp(ways + half * (std::log(rank / m) + std::log((m - rank) / m)));
    const double not_all_above = 1.0 - std::pow((m - rank - 1.0) / (m - rank), half);
    const double probability = upper_cdf_[j] - upper_cdf_[j - 1];
    if (probability > 0.0)
      lower_differs_[j] = std::min(1.0, at_or_above * not_all_above / probability);
  }
}

// Adds a column for each possible pair of ranks; returns the probabilities of the pairs.
std::vector<double> MedianResampler::add_columns(std::size_t count) {
  std::vector<double> probabilities;
  const auto add = [&](std::size_t lower, std::size_t upper, double probability) {
    const Ranks ranks{static_cast<std::uint16_t>(lower), static_cast<std::uint16_t>(upper)};
    probabilities.push_back(probability);
    columns_.push_back({.keep = 1.0, .kept = ranks, .other = ranks});
  };
  const std::size_t middle = count / 2;
  const auto half = static_cast<double>(middle);
  for (std::size_t upper = 0; upper < count; ++upper) {
    const double probability = upper_cdf_[upper] - (upper > 0 ? upper_cdf_[upper - 1] : 0.0);
    const double differs = lower_differs_.empty() ? 0.0 : lower_differs_[upper];
    add(upper, upper, probability * (1.0 - differs));
    if (differs == 0.0) continue;
    // The lower middle is the largest of count / 2 values that are uniform over the smaller ranks.
    double cdf = 0.0;
    for (std::size_t lower = 0; lower < upper; ++lower) {
      const double next_cdf =
          std::pow((static_cast<double>(lower) + 1.0) / static_cast<double>(upper), half);
      add(lower, upper, probability * differs * (next_cdf - cdf));
      cdf = next_cdf;
    }
  }
  return probabilities;
}

// Vose 1991 ("A linear algorithm for generating random numbers with a given distribution"): a column whose outcome is
// less likely than a column is filled up with an outcome that is more likely.
void MedianResampler::balance_columns(std::vector<double> probabilities) {
  std::vector<std::size_t> small;
  std::vector<std::size_t> large;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    probabilities[i] *= static_cast<double>(probabilities.size());
    (probabilities[i] < 1.0 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t filled = small.back();
    const std::size_t donor = large.back();
    small.pop_back();
    columns_[filled].keep = probabilities[filled];
    columns_[filled].other = columns_[donor].kept;
    probabilities[donor] -= 1.0 - probabilities[filled];
    if (probabilities[donor] >= 1.0) continue;
    large.pop_back();
    small.push_back(donor);
  }
}

double MedianResampler::draw_from_columns(const std::vector<double>& sorted,
                                          std::mt19937_64& random) const {
  // The upper half of the product chooses the column; the lower half is uniform within it.
  using Wide = unsigned __int128;
  const Wide product = Wide{random()} * columns_.size();
  const Column& column = columns_[static_cast<std::size_t>(product >> 64)];
  const bool keep = unit_from_bits(static_cast<std::uint64_t>(product)) < column.keep;
  const Ranks ranks = keep ? column.kept : column.other;
  return 0.5 * (sorted[ranks.lower] + sorted[ranks.upper]);
}

}  // namespace tsctl
