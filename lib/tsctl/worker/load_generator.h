#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tsctl/core/load_plan.h"

namespace tsctl {

// Runs `work` in that many threads at once, each with its number, and returns when all have ended.
using ThreadRunner = std::function<void(int threads, const std::function<void(int thread)>& work)>;

// The clock, threads and call of the load generator, which tests replace.
struct LoadTools {
  std::function<void()> call = {};
  std::function<double()> now_s = {};
  std::function<void(double seconds)> sleep = {};
  ThreadRunner in_threads = {};
};

// The times at which calls are due, in seconds from the window's start; at least one. Several instances share the rate,
// and these are the arrivals of one instance.
std::vector<double> arrival_times(const LoadPlan& plan, double seconds, std::uint64_t seed);

// Runs a window of load on `tools.call` after one untimed call in every thread. Rethrows an exception of a call. In a
// closed loop each thread calls until the window ends, and the elapsed time is the mean over the threads, because a
// thread is done after its last call. In an open loop the threads make the calls as they become due. They also make
// overdue calls after the window's end, but start none later than one more window length, because an arm that is so
// late does not catch up. The elapsed time is at least the window's length.
LoadTimes run_load(const LoadWindow& window, const LoadTools& tools);

}  // namespace tsctl
