#include "tsctl/core/stats/verdict.h"

namespace tsctl {

SpeedVerdict speed_verdict(const Interval& ratio, double margin) noexcept {
  if (ratio.high < 1.0 - margin) return SpeedVerdict::faster;
  if (ratio.low > 1.0 + margin) return SpeedVerdict::slower;
  if (ratio.low >= 1.0 - margin && ratio.high <= 1.0 + margin) return SpeedVerdict::equivalent;
  return SpeedVerdict::inconclusive;
}

double speedup_limit(double max_regress) noexcept { return 1.0 / (1.0 + max_regress); }

bool reaches(const Interval& ratio, double limit) noexcept { return ratio.high * limit <= 1.0; }

bool misses(const Interval& ratio, double limit) noexcept { return ratio.low * limit > 1.0; }

}  // namespace tsctl
