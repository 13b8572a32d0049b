#pragma once

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {

// What an interval of the ratio (time of the arm over time of the base) says about a margin such as 0.01.
enum class SpeedVerdict { faster, slower, equivalent, inconclusive };

constexpr auto names_of(SpeedVerdict) {
  return std::to_array<Named<SpeedVerdict>>({
      {SpeedVerdict::faster, "faster"},
      {SpeedVerdict::slower, "slower"},
      {SpeedVerdict::equivalent, "equivalent"},
      {SpeedVerdict::inconclusive, "inconclusive"},
  });
}

// faster: the whole interval lies below 1 - margin; slower: above 1 + margin; equivalent: within both;
// inconclusive: anything else.
SpeedVerdict speed_verdict(const Interval& ratio, double margin) noexcept;

// The gate of --max-regress P: fails only when the interval's lower bound lies above 1 + P.
bool regresses(const Interval& ratio, double max_regress) noexcept;

// The gate of --require-speedup R: passes only when the whole interval shows at least R (ratio <= 1 / R).
bool reaches_speedup(const Interval& ratio, double required) noexcept;

}  // namespace tsctl
