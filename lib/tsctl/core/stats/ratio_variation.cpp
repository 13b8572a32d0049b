#include "tsctl/core/stats/ratio_variation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/trimmed_mean.h"

namespace tsctl {

namespace {

constexpr double kNormalIqr = 1.349;  // interquartile range of the standard normal distribution
// The interquartile range of n normal values has a median of about kNormalIqr (1 - kIqrShrinkage / n); the error is
// below 10% for 2 to 50 values (simulated).
constexpr double kIqrShrinkage = 1.3;

// A robust estimate of the standard deviation, from the interquartile range. There must be at least two values.
double iqr_deviation(std::vector<double> values) {
  std::ranges::sort(values);
  const double iqr = quantile_of_sorted(values, 0.75) - quantile_of_sorted(values, 0.25);
  return iqr / (kNormalIqr * (1.0 - kIqrShrinkage / static_cast<double>(values.size())));
}

}  // namespace

RatioVariation ratio_variation(const std::vector<std::vector<double>>& log_ratios) {
  std::vector<double> medians;
  std::vector<double> round_variances;   // of each launch that has more than one round
  std::vector<double> median_variances;  // that the rounds give to the median of their launch
  for (const std::vector<double>& rounds : log_ratios) {
    if (rounds.empty()) continue;
    medians.push_back(median(rounds));
    if (rounds.size() == 1) continue;
    const double deviation = iqr_deviation(rounds);
    round_variances.push_back(deviation * deviation);
    median_variances.push_back(median_variance(static_cast<double>(rounds.size())) * deviation *
                               deviation);
  }
  RatioVariation variation;
  variation.rounds = std::sqrt(median_if_any(std::move(round_variances)).value_or(0.0));
  variation.medians = std::sqrt(median_if_any(std::move(median_variances)).value_or(0.0));
  const double deviation = trimmed_deviation(std::move(medians));
  variation.launches =
      std::sqrt(std::max(0.0, deviation * deviation - variation.medians * variation.medians));
  return variation;
}

double median_variance(double n) {
  // The median of an even number of values is the mean of two, so its variance is smaller.
  const bool even = std::fmod(n, 2.0) == 0.0;
  return std::numbers::pi / (2.0 * n + (even ? 2.4 : 1.0));
}

}  // namespace tsctl
