#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_samples.h"

namespace tsctl {

// Times below this are raised to it: a coarse clock may give 0, and ratios must be finite.
inline constexpr double kMinSeconds = 1e-9;

// log(time of the arm / time of the baseline) of one arm, [launch][round].
using LogRatios = std::vector<std::vector<double>>;

// The measurements of one arm so far.
struct ArmRecord {
  std::vector<double> calls = {};  // seconds
  // Of each launch: the seconds of the first three calls, the number of the first steady call, the seconds to load.
  std::vector<double> first = {};
  std::vector<double> second = {};
  std::vector<double> third = {};
  std::vector<double> steady = {};
  std::vector<double> load = {};
  std::vector<double> faults_per_call = {};  // of each launch
  std::int64_t faults = 0;                   // of the current launch
  std::int64_t timed_calls = 0;              // of the current launch
  std::int64_t peak_memory_bytes = 0;
  std::vector<ArmOpening> openings = {};  // of each launch
  bool steady_every_time = true;
  std::vector<TransferTimes> transfers = {};  // of each launch on a device
  std::string tuning_reason = {};             // of the first launch that has one
};

// The measurements of all arms so far.
struct Measurements {
  explicit Measurements(std::size_t arms) : records(arms), log_ratios(arms) {}

  int launches = 0;
  std::vector<ArmRecord> records;           // of each arm
  std::vector<LaunchSamples> samples = {};  // one entry per launch and arm, launch by launch
  std::vector<LogRatios> log_ratios;        // of each arm; empty for the baseline
};

// Computes the numbers of an arm after `launches` launches. `items_per_call` is the size of the dimension B, 0
// without one.
ArmResult arm_result(const BenchArm& arm, const ArmRecord& record,
                     const LaunchSamples& first_launch, int launches, std::int64_t items_per_call);

// The median times of the rounds of one arm. `samples` has an entry for each launch and each of the `arms` arms. If
// there are too many for a plot, an evenly spaced selection is returned.
std::vector<BlockTime> block_times(const std::vector<LaunchSamples>& samples, std::size_t index,
                                   std::size_t arms);

}  // namespace tsctl
