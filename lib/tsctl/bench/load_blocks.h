#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"

namespace tsctl {

// The result of one window of load on an arm.
struct LoadBlock {
  LoadTimes times = {};
  std::int64_t calls = 0;  // including untimed ones
  // The number that rounds compare: the median latency in an open loop, the time per completed call (the inverse of the
  // throughput) in a closed loop.
  double compared_s = 0.0;
};

// Runs windows of load in place of a session's blocks of calls.
class LoadBlocks {
 public:
  LoadBlocks(const LoadPlan& plan, std::uint64_t seed, std::size_t arms);

  // Whether the plan has any load; otherwise only the members below that are const may be used.
  bool active() const noexcept { return !plan_.plain(); }
  int instances() const noexcept { return plan_.instances; }

  // Runs an unrecorded window, which starts the arm's threads and measures the time per call.
  void warm_up(std::size_t index, LaunchedArm& arm);

  // Chooses the length of all windows of a launch that has `left_s` seconds for measuring.
  void plan_windows(double left_s);

  // The seconds of a round with the shortest windows.
  double shortest_round_s() const;

  // Runs one window. All arms get the same arrival times in a round.
  LoadBlock run(std::size_t index, LaunchedArm& arm, int launch, std::size_t round);

  // Sets the throughput of the arms, and warns of arms that cannot keep up with the offered rate.
  void report(std::int64_t items_per_call, BenchResult& result) const;

 private:
  struct Totals {
    std::int64_t offered = 0;
    std::int64_t completed = 0;
    double window_s = 0.0;
    double elapsed_s = 0.0;
    double late_s = 0.0;  // time after the windows' ends, minus one call for each window
  };

  double shortest_window_s() const;

  LoadPlan plan_;
  std::uint64_t seed_;
  double window_s_ = 0.0;           // of the current launch
  std::vector<double> s_per_call_;  // of each arm, measured in its warm-up
  std::vector<Totals> totals_;
};

}  // namespace tsctl
