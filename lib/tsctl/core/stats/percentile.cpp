#include "tsctl/core/stats/percentile.h"

#include <cmath>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

// P(Binomial(n, p) <= k), from the incomplete beta function (DLMF 8.17.5).
double binomial_cdf(std::size_t k, std::size_t n, double p) {
  if (k >= n) return 1.0;
  const auto at = static_cast<double>(k);
  return regularized_beta(1.0 - p, static_cast<double>(n) - at, at + 1.0);
}

// The smallest k with P(Binomial(n, p) <= k) >= level.
std::size_t binomial_quantile(double level, std::size_t n, double p) {
  std::size_t low = 0;
  std::size_t high = n;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (binomial_cdf(middle, n, p) >= level) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

std::size_t samples_for_quantile(double p, double confidence) {
  return static_cast<std::size_t>(std::ceil(std::log(1.0 - confidence) / std::log(p)));
}

// If B samples lie below the quantile, it lies between the order statistics of ranks l and u (from 1) when l <= B < u.
std::optional<Interval> quantile_interval(const std::vector<double>& sorted, double p,
                                          double confidence) {
  const std::size_t n = sorted.size();
  const double tail = (1.0 - confidence) / 2.0;
  // These ranks give P(B >= u) <= tail and P(B < l) <= tail.
  const std::size_t upper_rank = binomial_quantile(1.0 - tail, n, p) + 1;
  const std::size_t lower_rank = binomial_quantile(tail, n, p);
  if (n == 0 || upper_rank > n || lower_rank == 0) return std::nullopt;
  return Interval{sorted[lower_rank - 1], sorted[upper_rank - 1]};
}

}  // namespace tsctl
