#include "tsctl/bench/precision.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/ratio_estimate.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {

namespace {

// An effect that is this many half-widths of its interval away from 0 is decided. Without an effect such a distance
// does not occur, so stopping at it does not cause false alarms.
constexpr double kDecidedHalfWidths = 10.0;

// On the scale of log-ratios.
double half_width(const RatioEstimate& estimate) {
  return (std::log(estimate.interval.high) - std::log(estimate.interval.low)) / 2;
}

}  // namespace

bool is_precise(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                const BenchOptions& options) {
  const std::vector<std::size_t> judged = judged_arms(arms);
  return std::ranges::all_of(judged, [&](std::size_t i) {
    const RatioEstimate estimate = estimate_ratio(log_ratios[i], options.seed);
    const auto limit = gate_limit(options, i, arms.size());
    if (limit && !reaches(estimate.interval, *limit) && !misses(estimate.interval, *limit))
      return false;
    const double decided_width = std::abs(std::log(estimate.ratio)) / kDecidedHalfWidths;
    return half_width(estimate) <= std::max(options.precision, decided_width);
  });
}

bool is_launch_precise(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                       const BenchOptions& options) {
  const std::vector<std::size_t> judged = judged_arms(arms);
  return std::ranges::all_of(judged, [&](std::size_t i) {
    return ratio_variation({log_ratios[i].back()}).medians <= options.precision / 2;
  });
}

RatioVariation largest_variation(const std::vector<BenchArm>& arms,
                                 const std::vector<LogRatios>& log_ratios) {
  RatioVariation largest;
  for (const std::size_t i : judged_arms(arms)) {
    const RatioVariation variation = ratio_variation(log_ratios[i]);
    largest.launches = std::max(largest.launches, variation.launches);
    largest.rounds = std::max(largest.rounds, variation.rounds);
  }
  return largest;
}

}  // namespace tsctl
