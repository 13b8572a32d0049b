#include "tsctl/core/stats/median_resampler.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostTabulated = 64;  // samples: 2080 pairs of ranks

double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

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
  if (count % 2 == 1) {
    make_columns(count);
    return;
  }

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
  make_columns(count);
}

// Vose 1991: each column takes what one outcome has too little for a whole one, and fills it up from one that has more.
void MedianResampler::make_columns(std::size_t count) {
  if (count > kMostTabulated) return;
  std::vector<double> shares;  // of a column
  const auto add = [&](std::size_t lower, std::size_t upper, double probability) {
    const Ranks ranks{static_cast<std::uint16_t>(lower), static_cast<std::uint16_t>(upper)};
    shares.push_back(probability);
    columns_.push_back({.keep = 1.0, .kept = ranks, .other = ranks});
  };
  const auto half = static_cast<double>(count / 2);
  for (std::size_t upper = 0; upper < count; ++upper) {
    const double probability = upper_cdf_[upper] - (upper > 0 ? upper_cdf_[upper - 1] : 0.0);
    const double differs = lower_differs_.empty() ? 0.0 : lower_differs_[upper];
    add(upper, upper, probability * (1.0 - differs));
    if (differs == 0.0) continue;
    // The lower one is the largest of `half` values that are uniform over the ranks below.
    const auto below = static_cast<double>(upper);
    double at_most = 0.0;
    for (std::size_t lower = 0; lower < upper; ++lower) {
      const double next = std::pow((static_cast<double>(lower) + 1.0) / below, half);
      add(lower, upper, probability * differs * (next - at_most));
      at_most = next;
    }
  }
  std::vector<std::size_t> less;
  std::vector<std::size_t> more;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i] *= static_cast<double>(shares.size());
    (shares[i] < 1.0 ? less : more).push_back(i);
  }
  while (!less.empty() && !more.empty()) {
    const std::size_t filled = less.back();
    const std::size_t giver = more.back();
    less.pop_back();
    columns_[filled].keep = shares[filled];
    columns_[filled].other = columns_[giver].kept;
    shares[giver] -= 1.0 - shares[filled];
    if (shares[giver] >= 1.0) continue;
    more.pop_back();
    less.push_back(giver);
  }
}

double MedianResampler::draw(const std::vector<double>& sorted, std::mt19937_64& random) const {
  if (!columns_.empty()) {
    // The upper bits of the product choose the column, the lower ones are uniform within it.
    using Wide = unsigned __int128;
    const Wide product = Wide{random()} * columns_.size();
    const Column& column = columns_[static_cast<std::size_t>(product >> 64)];
    const bool keep = unit(static_cast<std::uint64_t>(product)) < column.keep;
    const Ranks ranks = keep ? column.kept : column.other;
    return 0.5 * (sorted[ranks.lower] + sorted[ranks.upper]);
  }
  // The last entry is 1, which no draw reaches, so the search never runs past the end.
  const auto found = std::upper_bound(upper_cdf_.begin(), upper_cdf_.end() - 1, unit(random()));
  const auto rank = static_cast<std::size_t>(found - upper_cdf_.begin());
  if (lower_differs_.empty()) return sorted[rank];

  const double differs = lower_differs_[rank];
  const double chance = unit(random());
  if (chance >= differs) return sorted[rank];
  // The largest of `half` values that are uniform over the ranks below; chance / differs is uniform again.
  const std::size_t middle = sorted.size() / 2;
  const auto half = static_cast<double>(middle);
  const double position = static_cast<double>(rank) * std::pow(chance / differs, 1.0 / half);
  const auto lower = std::min(static_cast<std::size_t>(position), rank - 1);
  return 0.5 * (sorted[lower] + sorted[rank]);
}

}  // namespace tsctl
