#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/events.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/load_plan.h"

namespace tsctl {

// What a session works with.
struct BenchTools {
  const Launcher& launch;
  const Clock& now_s;
  Events& events;
};

// Measures arms against the first one. Every launch starts each arm anew; in every round the arms run short blocks by
// turns, each while the others are stopped, in orders drawn at random; the ratio is taken within the round. Ends when
// every interval is narrow enough, or the budget is spent. `items_per_call` is the size of the dimension B, 0 without one.
// An arm whose outputs differ is timed but gets no speedup and no verdict. Under load (options.load) a block is a window
// of load on every instance of the arm, see load_blocks.h. `samples`, if given, takes every single time.
BenchResult run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
                      std::int64_t items_per_call, const BenchTools& tools,
                      std::vector<LaunchSamples>* samples = nullptr);

}  // namespace tsctl
