#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"

namespace tsctl {

// One window of load on an arm.
struct LoadBlock {
  LoadTimes times = {};
  std::int64_t calls = 0;  // untimed ones included
  // What the ratio of a round is taken of: in an open loop the median latency, otherwise the time per completed
  // call, which is what throughput is.
  double compared_s = 0.0;
};

// The windows of load that stand in for a session's blocks, and what they tell of each arm.
class LoadBlocks {
 public:
  LoadBlocks(const LoadPlan& plan, std::uint64_t seed, std::size_t arms);

  bool active() const noexcept { return !plan_.plain(); }

  // A first window, which does not count: threads begin, and it is seen how long the windows have to be.
  void warm_up(std::size_t index, LaunchedArm& arm);

  // Chooses the length of the windows for a launch that has `left_s` seconds to measure in; all arms get the same.
  void plan_windows(double left_s);

  // One window. In a round all arms are offered calls at the same times.
  LoadBlock run(std::size_t index, LaunchedArm& arm, int launch, std::size_t round);

  // Fills in what load means for the arms' numbers, and warns of arms that could not keep up.
  void report(std::int64_t items_per_call, BenchResult& result) const;

 private:
  struct Totals {
    std::int64_t offered = 0;
    std::int64_t ended = 0;
    double window_s = 0.0;
    double elapsed_s = 0.0;
    double late_s =
        0.0;  // after the windows' ends, but for the one call that may be under way there
  };

  LoadPlan plan_;
  std::uint64_t seed_;
  double window_s_;
  std::vector<double> s_per_call_;  // of each arm under load, as its warm-up saw it
  std::vector<Totals> totals_;
};

}  // namespace tsctl
