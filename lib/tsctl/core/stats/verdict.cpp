#include "tsctl/core/stats/verdict.h"

namespace tsctl {

SpeedVerdict speed_verdict(const Interval& ratio, double margin) noexcept {
  if (ratio.high < 1.0 - margin) return SpeedVerdict::faster;
  if (ratio.low > 1.0 + margin) return SpeedVerdict::slower;
  if (ratio.low >= 1.0 - margin && ratio.high <= 1.0 + margin) return SpeedVerdict::equivalent;
  return SpeedVerdict::inconclusive;
}

bool regresses(const Interval& ratio, double max_regress) noexcept {
  return ratio.low > 1.0 + max_regress;
}

bool reaches_speedup(const Interval& ratio, double required) noexcept {
  return required <= 0.0 || ratio.high <= 1.0 / required;
}

}  // namespace tsctl
