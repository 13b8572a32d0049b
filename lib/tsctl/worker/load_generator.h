#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tsctl/core/load_plan.h"

namespace tsctl {

// Runs `work` in that many threads at once, each with its number, and returns when all have ended.
using ThreadRunner = std::function<void(int threads, const std::function<void(int thread)>& work)>;

// What the load generator uses; a test has its own clock and threads.
struct LoadTools {
  std::function<void()> call = {};
  std::function<double()> now_s = {};
  std::function<void(double seconds)> sleep = {};
  ThreadRunner in_threads = {};
};

// When calls are due, in seconds from the window's start: at least one, even where chance would have none. With
// several instances the rate is shared, and these are the arrivals of one.
std::vector<double> arrival_times(const LoadPlan& plan, double seconds, std::uint64_t seed);

// Puts a window of load on `tools.call` after one untimed call in every thread; an exception of a call comes out of
// it. In a closed loop each thread calls again and again until the window is over, and the elapsed time is the mean
// over the threads, because one that has ended its last call waits for nothing. In an open loop the threads take the
// calls as they fall due; all of them are made, also after the window's end, but none is begun later than one more
// window's length: an arm that far behind does not catch up. Elapsed is the window at least.
LoadTimes run_load(const LoadWindow& window, const LoadTools& tools);

}  // namespace tsctl
