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

// The distribution function of the rank of the upper middle order statistic. A resampled value has rank j or less with
// probability (j + 1) / m, and the r-th smallest of m uniform numbers has the distribution Beta(r, m + 1 - r).
std::vector<double> upper_rank_cdf(std::size_t count) {
  const auto m = static_cast<double>(count);
  const auto upper = static_cast<double>(count / 2 + 1);  // counted from 1
  std::vector<double> cdf;
  for (std::size_t j = 0; j < count; ++j)
    cdf.push_back(regularized_beta(static_cast<double>(j + 1) / m, upper, m + 1.0 - upper));
  return cdf;
}

// The probability that the lower middle has a smaller rank than the upper middle, given the latter's rank; for an even
// count. The upper middle has rank j and the lower middle a smaller one if half of the values are below j and the
// other half are at j or above, but not all of them above.
std::vector<double> probability_of_lower_rank(const std::vector<double>& upper_cdf) {
  const std::size_t count = upper_cdf.size();
  const auto m = static_cast<double>(count);
  const auto half = static_cast<double>(count / 2);
  const double ways = log_binomial(m, half);
  std::vector<double> differs(count, 0.0);
  for (std::size_t j = 1; j < count; ++j) {
    const auto rank = static_cast<double>(j);
    const double at_or_above =
        std::exp(ways + half * (std::log(rank / m) + std::log((m - rank) / m)));
    const double not_all_above = 1.0 - std::pow((m - rank - 1.0) / (m - rank), half);
    const double probability = upper_cdf[j] - upper_cdf[j - 1];
    if (probability > 0.0) differs[j] = std::min(1.0, at_or_above * not_all_above / probability);
  }
  return differs;
}

}  // namespace

std::size_t index_below(std::size_t count, std::mt19937_64& random) {
  using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{random()} * count >> 64);
}

MedianResampler::MedianResampler(std::size_t count) : upper_cdf_(upper_rank_cdf(count)) {
  if (count % 2 == 0) lower_differs_ = probability_of_lower_rank(upper_cdf_);
  if (count <= kMaxTabulated) columns_ = alias_table(outcomes());
}

double MedianResampler::draw(const std::vector<double>& sorted, std::mt19937_64& random) const {
  if (!columns_.empty()) return draw_from_columns(sorted, random);
  const std::size_t upper = draw_upper_rank(random);
  const std::size_t lower = lower_differs_.empty() ? upper : draw_lower_rank(upper, random);
  return 0.5 * (sorted[lower] + sorted[upper]);
}

std::size_t MedianResampler::draw_upper_rank(std::mt19937_64& random) const {
  // The last entry is 1, which no draw reaches, so the search never returns the end.
  const auto found =
      std::upper_bound(upper_cdf_.begin(), upper_cdf_.end() - 1, unit_from_bits(random()));
  return static_cast<std::size_t>(found - upper_cdf_.begin());
}

// A lower rank is that of the largest of count / 2 values that are uniform over the ranks below `upper`.
std::size_t MedianResampler::draw_lower_rank(std::size_t upper, std::mt19937_64& random) const {
  const double differs = lower_differs_[upper];
  const double chance = unit_from_bits(random());
  if (chance >= differs) return upper;
  // Given chance < differs, chance / differs is uniform.
  const auto half = static_cast<double>(upper_cdf_.size() / 2);
  const double position = static_cast<double>(upper) * std::pow(chance / differs, 1.0 / half);
  return std::min(static_cast<std::size_t>(position), upper - 1);
}

// Every possible pair of ranks. A lower rank is distributed as draw_lower_rank() says.
std::vector<MedianResampler::Outcome> MedianResampler::outcomes() const {
  std::vector<Outcome> pairs;
  const auto add = [&](std::size_t lower, std::size_t upper, double probability) {
    const Ranks ranks{static_cast<std::uint16_t>(lower), static_cast<std::uint16_t>(upper)};
    pairs.push_back({ranks, probability});
  };
  const std::size_t count = upper_cdf_.size();
  const auto half = static_cast<double>(count / 2);
  for (std::size_t upper = 0; upper < count; ++upper) {
    const double probability = upper_cdf_[upper] - (upper > 0 ? upper_cdf_[upper - 1] : 0.0);
    const double differs = lower_differs_.empty() ? 0.0 : lower_differs_[upper];
    add(upper, upper, probability * (1.0 - differs));
    if (differs == 0.0) continue;
    double cdf = 0.0;
    for (std::size_t lower = 0; lower < upper; ++lower) {
      const double next_cdf =
          std::pow((static_cast<double>(lower) + 1.0) / static_cast<double>(upper), half);
      add(lower, upper, probability * differs * (next_cdf - cdf));
      cdf = next_cdf;
    }
  }
  return pairs;
}

// Vose 1991 ("A linear algorithm for generating random numbers with a given distribution"): a column whose outcome is
// less likely than a column is filled up with an outcome that is more likely.
std::vector<MedianResampler::Column> MedianResampler::alias_table(
    const std::vector<Outcome>& outcomes) {
  std::vector<Column> columns;
  std::vector<double> likely;  // each outcome's probability over that of a column
  std::vector<std::size_t> small;
  std::vector<std::size_t> large;
  for (const auto& [ranks, probability] : outcomes) {
    likely.push_back(probability * static_cast<double>(outcomes.size()));
    (likely.back() < 1.0 ? small : large).push_back(columns.size());
    columns.push_back({.keep = 1.0, .kept = ranks, .other = ranks});
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t filled = small.back();
    const std::size_t donor = large.back();
    small.pop_back();
    columns[filled].keep = likely[filled];
    columns[filled].other = columns[donor].kept;
    likely[donor] -= 1.0 - likely[filled];
    if (likely[donor] >= 1.0) continue;
    large.pop_back();
    small.push_back(donor);
  }
  return columns;
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
