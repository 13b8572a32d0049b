#pragma once

#include <cstddef>
#include <vector>

#include "tsctl/core/stats/ratio_variation.h"

namespace tsctl {

// The cost of measuring, in seconds.
struct MeasuringCosts {
  double launch_s = 0.0;  // to start every arm once and warm it up
  double round_s = 0.0;   // of all arms
};

// The part of the budget that is not spent yet.
struct MeasuringLeft {
  double seconds = 0.0;
  std::size_t rounds = 0;
};

// The smallest number of rounds of a launch: with fewer, their variation is unknown.
inline constexpr std::size_t kMinRounds = 2;

// Returns the number of rounds for each further launch that makes the confidence interval as narrow as possible when
// all that is left is spent. `rounds_done` has the number of rounds of each launch so far; there will be at least
// `min_launches` launches in all. Returns kMinRounds if too little is left.
//
// The half-width of an interval from n launches with k_i rounds is taken as
//   t(n - 1) / n * sqrt(sum of (launches^2 + median_variance(k_i) * rounds^2)).
// This is the trade-off of Kalibera and Jones 2013 ("Rigorous benchmarking in reasonable time", section 6), with
// Student's t because launches are few, and with the variance of a median because a launch's value is the median of
// its rounds. The sum runs over finished launches too, so one long launch after many short ones does not look better
// than it is.
std::size_t best_rounds(const RatioVariation& variation, const MeasuringCosts& costs,
                        const MeasuringLeft& left, const std::vector<std::size_t>& rounds_done,
                        std::size_t min_launches);

}  // namespace tsctl
