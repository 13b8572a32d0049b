#pragma once

#include "tsctl/core/arm_result.h"

namespace tsctl {

// The minimum cost of a minor page fault. 0.5 to 8 us were measured, the larger values in virtual machines.
inline constexpr double kMinFaultSeconds = 0.5e-6;

// The share of a call's time that this number of page faults costs at least.
inline double page_fault_share(double page_faults, const ArmResult& arm) {
  return page_faults * kMinFaultSeconds / *arm.median_s;
}

}  // namespace tsctl
