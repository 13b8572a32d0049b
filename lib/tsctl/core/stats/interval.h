#pragma once

namespace tsctl {

// A confidence interval, both ends included.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

}  // namespace tsctl
