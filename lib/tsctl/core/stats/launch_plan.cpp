#include "tsctl/core/stats/launch_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

constexpr std::size_t kMaxFurtherLaunches = 1'000;
constexpr double kMinRoundSeconds = 1e-9;  // avoids a division by 0
constexpr double kTail = 0.025;            // of a 95% interval

// The variance of the median of a launch with this many rounds.
double launch_variance(const RatioVariation& variation, double rounds) {
  return variation.launches * variation.launches +
         variation.rounds * variation.rounds * median_variance(rounds);
}

// The rounds that each of `further` launches can have, at most.
double affordable_rounds(const MeasuringCosts& costs, const MeasuringLeft& left, double further) {
  const double share = 1.0 / further;
  const double seconds = left.seconds * share - costs.launch_s;
  return std::floor(std::min(seconds / std::max(costs.round_s, kMinRoundSeconds),
                             static_cast<double>(left.rounds) * share));
}

double total_variance(const RatioVariation& variation, const std::vector<std::size_t>& rounds) {
  double total = 0.0;
  for (const std::size_t count : rounds)
    total += launch_variance(variation, static_cast<double>(count));
  return total;
}

// The half-width of the interval from the sum of its launches' variances.
double half_width(double variance, std::size_t launches) {
  const auto n = static_cast<double>(std::max<std::size_t>(2, launches));
  return -student_t_quantile(kTail, n - 1.0) * std::sqrt(variance) / n;
}

}  // namespace

std::size_t best_rounds(const RatioVariation& variation, const MeasuringCosts& costs,
                        const MeasuringLeft& left, const std::vector<std::size_t>& rounds_done,
                        std::size_t min_launches) {
  const std::size_t done = rounds_done.size();
  const double variance_done = total_variance(variation, rounds_done);
  const std::size_t first = min_launches > done ? min_launches - done : 1;
  std::size_t best = kMinRounds;
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t further = first; further < first + kMaxFurtherLaunches; ++further) {
    const auto count = static_cast<double>(further);
    const double rounds = affordable_rounds(costs, left, count);
    if (rounds < static_cast<double>(kMinRounds)) break;
    const double variance = variance_done + count * launch_variance(variation, rounds);
    const double width = half_width(variance, done + further);
    if (width >= narrowest) continue;
    narrowest = width;
    best = static_cast<std::size_t>(rounds);
  }
  return best;
}

}  // namespace tsctl
