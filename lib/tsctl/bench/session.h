#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/events.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/bench_samples.h"

namespace tsctl {

// A host is busy if some task waited for a CPU during more than this share of the time. Arms alone, of which one runs at
// a time, stay below 5%.
inline constexpr double kBusyShare = 0.2;

// What a session works with.
struct BenchTools {
  const Launcher& launch;
  const Clock& now_s;
  Events& events;
  // Seconds for which some task of the host waited for a CPU, since any fixed time; nullopt where that is not known.
  std::function<std::optional<double>()> cpu_waiting_s = [] { return std::nullopt; };
};

// What a session has measured.
struct BenchOutcome {
  std::optional<BenchResult> result = {};   // nullopt if no launch was finished
  std::vector<LaunchSamples> samples = {};  // the time of every call
};

// Measures arms and compares each with the baseline, the first arm.
//
// Every launch starts each arm again. In every round of a launch, the arms run short blocks of calls in turn, in
// random order, while the other arms are stopped; the round's ratio comes from these blocks (hodges_lehmann.h). The
// session ends when the interval of every ratio (ratio_estimate.h) is narrow enough, or when the budget is spent. An
// arm whose outputs differ is timed but gets no speedup and no verdict. Under load (options.load) a block is a window
// of load on every instance of the arm (load_blocks.h).
//
// On a busy host (options.busy_host, or tools.cpu_waiting_s shows it during the first launches, and the session begins
// again) the times leave out the waits of threads for a core. With WaitPolicy::automatic, arms then wait passively. All
// arms are treated alike.
//
// `items_per_call` is the size of the dimension B, 0 without one.
//
// Throws Error{undecided} if the budget is too short for the fewest launches, before it spends it. If an exception
// ends the session, such as an interrupt or an arm that fails, `outcome` holds the finished launches.
void run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
               std::int64_t items_per_call, const BenchTools& tools, BenchOutcome& outcome);

}  // namespace tsctl
