#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_samples.h"

namespace tsctl {

// A clock's coarse tick must not give a time of 0, or a ratio of 0 or infinity.
inline constexpr double kShortestSeconds = 1e-9;

// Everything measured of one arm so far.
struct ArmRecord {
  std::vector<double> calls = {};
  std::vector<double> first = {}, second = {}, third = {}, steady = {}, load = {};
  std::vector<double> faults_per_call = {};  // of each launch
  std::int64_t faults = 0;                   // of the launch under way
  std::int64_t timed_calls = 0;
  std::int64_t peak_memory_bytes = 0;
  std::vector<ArmOpening> openings = {};  // of each launch
  bool steady_every_time = true;
  std::vector<TransferTimes> transfers = {};  // of each launch on a device
  std::string tuning_reason = {};             // of the first launch that gave one
};

// The numbers of an arm after `launches` launches. `items_per_call` is the size of the dimension B, 0 without one.
ArmResult arm_result(const BenchArm& arm, const ArmRecord& record,
                     const LaunchSamples& first_launch, int launches, std::int64_t items_per_call);

// The medians of the blocks of the arm `index` of `arms`, of which `samples` has one entry each for every launch; thinned
// evenly where there are very many.
std::vector<BlockTime> block_times(const std::vector<LaunchSamples>& samples, std::size_t index,
                                   std::size_t arms);

}  // namespace tsctl
