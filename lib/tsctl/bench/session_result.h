#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/load_blocks.h"
#include "tsctl/bench/record.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// How a session ended.
struct SessionEnd {
  std::optional<StopReason> stopped_by = {};
  double elapsed_s = 0.0;
  double python_load_s = 0.0;  // part of elapsed_s, not of the budget
  WaitPolicy wait_policy = WaitPolicy::active;
  bool partial = false;  // an interrupt or a failed arm ended it
};

// Computes the numbers, verdicts, gates and warnings of a session. `items_per_call` is the size of the dimension B, 0
// without one.
BenchResult session_result(const std::vector<BenchArm>& arms, const BenchOptions& options,
                           const Measurements& measurements, const LoadBlocks& load,
                           const SessionEnd& end, std::int64_t items_per_call);

}  // namespace tsctl
