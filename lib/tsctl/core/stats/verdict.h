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

// The gate --max-regress P: it fails if the whole interval is above 1 + P.
bool regresses(const Interval& ratio, double max_regress) noexcept;

// The gate --require-speedup R: it passes if the whole interval is at most 1 / R.
bool reaches_speedup(const Interval& ratio, double required) noexcept;

}  // namespace tsctl
