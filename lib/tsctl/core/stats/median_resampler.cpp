#include "tsctl/core/stats/median_resampler.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/special_functions.h"
#include "tsctl/core/stats/uniform_draw.h"

namespace tsctl {

// A resample of m samples has m ranks, each uniform over 0, …, m - 1. Let U be the rank of its upper middle value, the
// r-th smallest with r = floor(m / 2) + 1, and, for an even m, L the rank of its lower middle value, the h-th smallest
// with h = m / 2. The distribution of an order statistic (David and Nagaraja, "Order Statistics", 2003, section 2.1)
// gives, with I the regularized incomplete beta function:
//
//   P(U <= j)              = I((j + 1) / m; r, m + 1 - r)       at least r ranks are j or less
//   P(L < j and U = j)     = C(m, h) (j / m)^h [((m - j) / m)^h - ((m - j - 1) / m)^h]
//                                                               h ranks are below j, h are j or more, not all more
//   P(L <= i | L < j = U)  = ((i + 1) / j)^h                    the largest of h ranks that are uniform over 0, …, j - 1
namespace {

constexpr std::size_t kMaxTabulated = 64;  // samples: 2080 pairs of ranks

double log_binomial(double n, double k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

// Rounded down.
double half_of(std::size_t count) {
  const std::size_t half = count / 2;
  return static_cast<double>(half);
}

// P(U <= j) for every j.
std::vector<double> cdf_of_upper(std::size_t count) {
  const auto m = static_cast<double>(count);
  const double r = half_of(count) + 1.0;
  std::vector<double> cdf;
  for (std::size_t j = 0; j < count; ++j)
    cdf.push_back(regularized_beta(static_cast<double>(j + 1) / m, r, m + 1.0 - r));
  return cdf;
}

// P(L < j | U = j) for every j, for an even count.
std::vector<double> probability_of_smaller_lower(const std::vector<double>& upper_cdf) {
  const std::size_t count = upper_cdf.size();
  const auto m = static_cast<double>(count);
  const double h = half_of(count);
  const double ways = log_binomial(m, h);
  std::vector<double> differs(count, 0.0);
  for (std::size_t j = 1; j < count; ++j) {
    const auto rank = static_cast<double>(j);
    // In logarithms, because the binomial is large and the powers are small.
    const double at_or_above = std::exp(ways + h * (std::log(rank / m) + std::log((m - rank) / m)));
    const double not_all_above = 1.0 - std::pow((m - rank - 1.0) / (m - rank), h);
    const double of_upper = upper_cdf[j] - upper_cdf[j - 1];
    if (of_upper > 0.0) differs[j] = std::min(1.0, at_or_above * not_all_above / of_upper);
  }
  return differs;
}

}  // namespace

MedianResampler::MedianResampler(std::size_t count) : upper_cdf_(cdf_of_upper(count)) {
  if (count % 2 == 0) lower_differs_ = probability_of_smaller_lower(upper_cdf_);
  if (count <= kMaxTabulated) table_ = every_pair();
}

double MedianResampler::draw(const std::vector<double>& sorted, std::mt19937_64& random) const {
  const Ranks ranks = table_ ? table_->pairs[table_->choice.draw(random)] : draw_ranks(random);
  return 0.5 * (sorted[ranks.lower] + sorted[ranks.upper]);
}

MedianResampler::Ranks MedianResampler::draw_ranks(std::mt19937_64& random) const {
  const std::size_t upper = draw_upper(random);
  return {.lower = lower_differs_.empty() ? upper : draw_lower(upper, random), .upper = upper};
}

std::size_t MedianResampler::draw_upper(std::mt19937_64& random) const {
  // The last entry is 1, which no draw reaches, so the search never returns the end.
  const auto found =
      std::upper_bound(upper_cdf_.begin(), upper_cdf_.end() - 1, unit_from_bits(random()));
  return static_cast<std::size_t>(found - upper_cdf_.begin());
}

std::size_t MedianResampler::draw_lower(std::size_t upper, std::mt19937_64& random) const {
  const double differs = lower_differs_[upper];
  const double chance = unit_from_bits(random());
  if (chance >= differs) return upper;
  // Given chance < differs, chance / differs is uniform. The inverse of ((i + 1) / upper)^h gives i + 1.
  const double h = half_of(upper_cdf_.size());
  const double position = static_cast<double>(upper) * std::pow(chance / differs, 1.0 / h);
  return std::min(static_cast<std::size_t>(position), upper - 1);
}

MedianResampler::Table MedianResampler::every_pair() const {
  std::vector<Ranks> pairs;
  std::vector<double> probabilities;
  const auto add = [&](std::size_t lower, std::size_t upper, double probability) {
    pairs.push_back({.lower = lower, .upper = upper});
    probabilities.push_back(probability);
  };
  const std::size_t count = upper_cdf_.size();
  const double h = half_of(count);
  for (std::size_t upper = 0; upper < count; ++upper) {
    const double of_upper = upper_cdf_[upper] - (upper > 0 ? upper_cdf_[upper - 1] : 0.0);
    const double differs = lower_differs_.empty() ? 0.0 : lower_differs_[upper];
    add(upper, upper, of_upper * (1.0 - differs));
    if (differs == 0.0) continue;
    double cdf = 0.0;
    for (std::size_t lower = 0; lower < upper; ++lower) {
      const double next_cdf =
          std::pow((static_cast<double>(lower) + 1.0) / static_cast<double>(upper), h);
      add(lower, upper, of_upper * differs * (next_cdf - cdf));
      cdf = next_cdf;
    }
  }
  return {.pairs = std::move(pairs), .choice = AliasTable(probabilities)};
}

}  // namespace tsctl
