#include "tsctl/core/stats/launch_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "tsctl/core/stats/special_functions.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/trimmed_mean.h"

namespace tsctl {

namespace {

constexpr double kNormalIqr = 1.349;  // in standard deviations
// The interquartile range of n normal values has its median at kNormalIqr (1 - kIqrShrinkage / n), within a tenth for 2 to
// 50 values (simulated).
constexpr double kIqrShrinkage = 1.3;
constexpr std::size_t kMostLaunches = 1'000;  // that a plan looks at

// Of the median of n normal values whose variance is 1: pi / (2 n) for many, within 3% for 2 and more (simulated). An even
// number has the mean of two in the middle, which is better.
double median_variance(double n) {
  return std::numbers::pi / (2.0 * n + (std::fmod(n, 2.0) == 0.0 ? 2.4 : 1.0));
}

// Of the median of a launch's ratios.
double variance_of_launch(const RatioVariation& variation, double rounds) {
  return variation.launches * variation.launches +
         variation.rounds * variation.rounds * median_variance(rounds);
}

}  // namespace

RatioVariation variation_of(const std::vector<std::vector<double>>& log_ratios) {
  std::vector<double> medians;
  std::vector<double> variances;             // of the rounds, by each launch that has more than one
  std::vector<double> variances_of_medians;  // that they give to its median
  for (const std::vector<double>& rounds : log_ratios) {
    if (rounds.empty()) continue;
    medians.push_back(median(rounds));
    if (rounds.size() == 1) continue;
    const auto n = static_cast<double>(rounds.size());
    const double deviation = (quantile(rounds, 0.75) - quantile(rounds, 0.25)) /
                             (kNormalIqr * (1.0 - kIqrShrinkage / n));
    variances.push_back(deviation * deviation);
    variances_of_medians.push_back(median_variance(n) * deviation * deviation);
  }
  if (medians.empty()) return {};
  RatioVariation variation;
  if (!variances.empty()) {
    variation.rounds = std::sqrt(median(std::move(variances)));
    variation.medians = std::sqrt(median(std::move(variances_of_medians)));
  }
  const double deviation = trimmed_deviation(std::move(medians));
  variation.launches =
      std::sqrt(std::max(0.0, deviation * deviation - variation.medians * variation.medians));
  return variation;
}

std::size_t best_rounds(const RatioVariation& variation, const MeasuringCosts& costs,
                        const MeasuringLeft& left, const std::vector<std::size_t>& rounds_done,
                        std::size_t min_launches) {
  const std::size_t done = rounds_done.size();
  double of_done = 0.0;
  for (const std::size_t rounds : rounds_done)
    of_done += variance_of_launch(variation, static_cast<double>(rounds));
  const std::size_t first = min_launches > done ? min_launches - done : 1;
  std::size_t best = kFewestRounds;
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t further = first; further < first + kMostLaunches; ++further) {
    const auto share = 1.0 / static_cast<double>(further);
    const double seconds = left.seconds * share - costs.launch_s;
    const double rounds = std::floor(std::min(seconds / std::max(costs.round_s, 1e-9),
                                              static_cast<double>(left.rounds) * share));
    if (rounds < static_cast<double>(kFewestRounds)) break;
    const auto n = static_cast<double>(std::max<std::size_t>(2, done + further));
    const double variance =
        of_done + static_cast<double>(further) * variance_of_launch(variation, rounds);
    const double half_width = -student_t_quantile(0.025, n - 1.0) * std::sqrt(variance) / n;
    if (half_width >= narrowest) continue;
    narrowest = half_width;
    best = static_cast<std::size_t>(rounds);
  }
  return best;
}

}  // namespace tsctl
