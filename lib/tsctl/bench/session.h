#pragma once

#include <cstdint>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/events.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/bench_samples.h"

namespace tsctl {

// What a session works with.
struct BenchTools {
  const Launcher& launch;
  const Clock& now_s;
  Events& events;
};

// Measures arms and compares each with the baseline, the first arm.
//
// Every launch starts each arm anew. In every round of a launch, the arms run short blocks of calls in turn, in
// random order, while the other arms are stopped; the round's ratio comes from these blocks (hodges_lehmann.h). The
// session ends when the interval of every ratio (ratio_estimate.h) is narrow enough, or when the budget is spent. An
// arm whose outputs differ is timed but gets no speedup and no verdict. Under load (options.load) a block is a window
// of load on every instance of the arm (load_blocks.h).
//
// `items_per_call` is the size of the dimension B, 0 without one. `samples`, if given, receives every single time.
BenchResult run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
                      std::int64_t items_per_call, const BenchTools& tools,
                      std::vector<LaunchSamples>* samples = nullptr);

}  // namespace tsctl
