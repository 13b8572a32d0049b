#include "tsctl/core/launch_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tsctl/core/special_functions.h"
#include "tsctl/core/statistics.h"

namespace tsctl {

namespace {

constexpr double kMedianVariance = std::numbers::pi / 2.0;  // against a mean's, of normal samples
constexpr double kNormalIqr = 1.349;                        // in standard deviations
constexpr std::size_t kMostLaunches = 1'000;                // that a plan looks at

// Of the median of a launch's ratios.
double variance_of_launch(const RatioVariation& variation, double rounds) {
  return variation.launches * variation.launches +
         kMedianVariance * variation.rounds * variation.rounds / rounds;
}

}  // namespace

RatioVariation variation_of(const std::vector<std::vector<double>>& log_ratios) {
  std::vector<double> medians;
  double squares = 0.0;
  double of_medians = 0.0;
  for (const std::vector<double>& rounds : log_ratios) {
    if (rounds.empty()) continue;
    medians.push_back(median(rounds));
    const double deviation = (quantile(rounds, 0.75) - quantile(rounds, 0.25)) / kNormalIqr;
    squares += deviation * deviation;
    of_medians += kMedianVariance * deviation * deviation / static_cast<double>(rounds.size());
  }
  if (medians.empty()) return {};
  const auto n = static_cast<double>(medians.size());
  RatioVariation variation{.rounds = std::sqrt(squares / n), .medians = std::sqrt(of_medians / n)};
  if (medians.size() < 2) return variation;
  double mean = 0.0;
  for (const double value : medians) mean += value / n;
  double variance = 0.0;
  for (const double value : medians) variance += (value - mean) * (value - mean) / (n - 1.0);
  variation.launches = std::sqrt(std::max(0.0, variance - of_medians / n));
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
