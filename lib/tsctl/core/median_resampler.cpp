#include "tsctl/core/median_resampler.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/special_functions.h"

namespace tsctl {

namespace {

double unit(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

double log_binomial(double n, double k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

}  // namespace

std::size_t index_below(std::size_t count, std::mt19937_64& random) {
  using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{random()} * count >> 64);
}

MedianResampler::MedianResampler(std::size_t count) : upper_cdf_(count) {
  const auto m = static_cast<double>(count);
  // The rank, counted from 1, of the upper middle among the resampled values.
  const std::size_t middle = count / 2;
  const auto upper = static_cast<double>(middle + 1);
  // A resampled value has rank j or less with probability (j + 1) / m; the r-th smallest of m uniform numbers is
  // distributed as Beta(r, m + 1 - r).
  for (std::size_t j = 0; j < count; ++j) {
    upper_cdf_[j] = regularized_beta(static_cast<double>(j + 1) / m, upper, m + 1.0 - upper);
  }
  if (count % 2 == 1) return;

  // The upper one has rank j and the lower one a smaller rank: half of the values fall below j, the other half at
  // j or above, not all of them above.
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

double MedianResampler::draw(const std::vector<double>& sorted, std::mt19937_64& random) const {
  // The last entry is 1, which no draw reaches, so the search never runs past the end.
  const auto found = std::upper_bound(upper_cdf_.begin(), upper_cdf_.end() - 1, unit(random));
  const auto rank = static_cast<std::size_t>(found - upper_cdf_.begin());
  if (lower_differs_.empty()) return sorted[rank];

  const double differs = lower_differs_[rank];
  const double chance = unit(random);
  if (chance >= differs) return sorted[rank];
  // The largest of `half` values that are uniform over the ranks below; chance / differs is uniform again.
  const std::size_t middle = sorted.size() / 2;
  const auto half = static_cast<double>(middle);
  const double position = static_cast<double>(rank) * std::pow(chance / differs, 1.0 / half);
  const auto lower = std::min(static_cast<std::size_t>(position), rank - 1);
  return 0.5 * (sorted[lower] + sorted[rank]);
}

}  // namespace tsctl
