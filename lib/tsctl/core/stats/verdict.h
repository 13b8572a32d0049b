#pragma once

#include <string_view>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/stats/interval.h"

namespace tsctl {

// Classifies the interval of a ratio (time of the arm / time of the baseline) by a margin such as 0.01.
enum class SpeedVerdict {
  faster,        // the interval is below 1 - margin
  slower,        // the interval is above 1 + margin
  equivalent,    // the interval is within [1 - margin, 1 + margin]
  inconclusive,  // none of these
};

SpeedVerdict speed_verdict(const Interval& ratio, double margin) noexcept;

constexpr auto names_of(SpeedVerdict) {
  return std::to_array<Named<SpeedVerdict>>({
      {SpeedVerdict::faster, "faster"},
      {SpeedVerdict::slower, "slower"},
      {SpeedVerdict::equivalent, "equivalent"},
      {SpeedVerdict::inconclusive, "inconclusive"},
  });
}

// The speedup that an arm must reach to pass --max-regress P.
double speedup_limit(double max_regress) noexcept;

// A gate: the whole interval must be on one side of the limit, or nothing is decided. `ratio` is the time of the arm
// over the time of the baseline, `limit` the smallest speedup that passes.
bool reaches(const Interval& ratio, double limit) noexcept;
bool misses(const Interval& ratio, double limit) noexcept;

}  // namespace tsctl
