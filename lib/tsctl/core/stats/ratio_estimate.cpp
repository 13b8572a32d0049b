#include "tsctl/core/stats/ratio_estimate.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tsctl/core/stats/launch_bootstrap.h"
#include "tsctl/core/stats/ratio_variation.h"
#include "tsctl/core/stats/special_functions.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/trimmed_mean.h"

namespace tsctl {

namespace {

using Launches = std::vector<std::vector<double>>;  // [launch][round], log-ratios

// With fewer launches their deviation is too uncertain to scale by.
constexpr std::size_t kMinScaledLaunches = 5;
// The deviation of the medians is taken as at least this share of what their rounds alone cause. Launches that agree
// better do so by chance, or because the clock is coarse.
constexpr double kMinShareOfRounds = 0.5;

// The launches that have rounds, with their rounds in ascending order.
Launches sorted_launches(const Launches& log_ratios) {
  Launches launches;
  for (const std::vector<double>& rounds : log_ratios) {
    if (rounds.empty()) continue;
    if (!std::ranges::all_of(rounds, [](double x) { return std::isfinite(x); }))
      throw std::invalid_argument("a log-ratio is not finite");
    launches.push_back(rounds);
    std::ranges::sort(launches.back());
  }
  if (launches.empty()) throw std::invalid_argument("no launch has a round");
  return launches;
}

std::vector<double> medians_of(const Launches& launches) {
  std::vector<double> medians;
  for (const std::vector<double>& rounds : launches)
    medians.push_back(quantile_of_sorted(rounds, 0.5));
  return medians;
}

double mean_round_deviation(const Launches& launches) {
  std::vector<double> deviations;
  for (const std::vector<double>& rounds : launches) {
    if (rounds.size() > 1) deviations.push_back(standard_deviation(rounds));
  }
  return deviations.empty() ? 0.0 : mean(deviations);
}

std::size_t count_rounds(const Launches& launches) {
  std::size_t rounds = 0;
  for (const std::vector<double>& launch : launches) rounds += launch.size();
  return rounds;
}

// The launches' medians in short.
struct Center {
  std::size_t launches = 0;
  double value = 0.0;
  double deviation = 0.0;  // of the medians
};

Center center_of(const Launches& launches, std::vector<double> medians) {
  const double deviation_by_rounds = ratio_variation(launches).medians;
  const double deviation =
      std::max(trimmed_deviation(medians), kMinShareOfRounds * deviation_by_rounds);
  return {.launches = medians.size(), .value = trimmed_mean(medians), .deviation = deviation};
}

// The percentile interval of the replicates, in ascending order. It is centered on the estimate and narrowed so that
// the replicates' standard deviation is that of drawing launches alone, sqrt((n - 1) / n) * deviation / sqrt(n)
// (Davison and Hinkley 1997, section 3.8, explain why two levels give too much). The replicates' own deviation is
// half the width of their middle 68%: a few replicates hold more outlying launches than the trimmed mean omits.
Interval scaled_percentile_interval(const std::vector<double>& replicates, double tail,
                                    const Center& center) {
  const Interval interval{quantile_of_sorted(replicates, tail),
                          quantile_of_sorted(replicates, 1.0 - tail)};
  const double replicate_deviation = 0.5 * (quantile_of_sorted(replicates, normal_cdf(1.0)) -
                                            quantile_of_sorted(replicates, normal_cdf(-1.0)));
  if (center.launches < kMinScaledLaunches || replicate_deviation == 0.0) return interval;
  const auto n = static_cast<double>(center.launches);
  const double wanted_deviation = center.deviation * std::sqrt((n - 1.0) / n) / std::sqrt(n);
  const double scale = std::min(1.0, wanted_deviation / replicate_deviation);
  const double replicate_mean = mean(replicates);
  return {center.value + scale * (interval.low - replicate_mean),
          center.value + scale * (interval.high - replicate_mean)};
}

// Whether the bootstrap interval is too narrow. A replicate consists of one launch only with probability n^-n; for a
// smaller tail the replicates do not reach far enough.
bool needs_student_interval(std::size_t launches, double tail) {
  if (launches < 2) return false;
  const auto n = static_cast<double>(launches);
  return launches < kMinBootstrapLaunches || tail < std::pow(n, -n);
}

Interval student_interval(const Center& center, double tail) {
  const double standard_error = center.deviation / std::sqrt(static_cast<double>(center.launches));
  const double half_width =
      -student_t_quantile(tail, launch_degrees_of_freedom(center.launches)) * standard_error;
  return {center.value - half_width, center.value + half_width};
}

Interval hull(const Interval& a, const Interval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

// The interval of the log-ratio.
Interval confidence_interval(const Launches& launches, const Center& center, double confidence,
                             std::uint64_t seed, std::size_t resamples) {
  const double tail = (1.0 - confidence) / 2.0;
  const double bootstrap_tail = expanded_tail(center.launches, tail);
  if (resamples == 0) resamples = resamples_for_tail(bootstrap_tail);
  const Interval bootstrap = scaled_percentile_interval(bootstrap_means(launches, seed, resamples),
                                                        bootstrap_tail, center);
  if (!needs_student_interval(center.launches, bootstrap_tail)) return bootstrap;
  return hull(bootstrap, student_interval(center, tail));
}

}  // namespace

RatioEstimate estimate_ratio(const std::vector<std::vector<double>>& log_ratios, std::uint64_t seed,
                             std::size_t resamples, double confidence) {
  const Launches launches = sorted_launches(log_ratios);
  const std::vector<double> medians = medians_of(launches);
  const Center center = center_of(launches, medians);
  const Interval interval = confidence_interval(launches, center, confidence, seed, resamples);
  return {.ratio = std::exp(center.value),
          .interval = {std::exp(interval.low), std::exp(interval.high)},
          .launch_deviation = standard_deviation(medians),
          .round_deviation = mean_round_deviation(launches),
          .rounds = count_rounds(launches),
          .launches = launches.size()};
}

}  // namespace tsctl
