#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

// What one launch of an arm measured.
struct LaunchRecord {
  LaunchSamples samples = {};
  double load_s = 0.0;
  std::optional<double> steady_at_call = {};  // nullopt if the calls did not become steady
  std::int64_t page_faults = 0;               // of the rounds
  std::int64_t calls = 0;                     // of the rounds, with the untimed ones
  std::optional<double> core_wait_s = {};     // of the rounds; see TimedCalls
  std::int64_t peak_memory_bytes = 0;
  ArmOpening opening = {};
  std::optional<TransferTimes> transfers = {};  // on a device
  std::string tuning_reason = {};               // see LaunchedArm::tuning_reason
};

// The launches of one arm.
using ArmRecord = std::vector<LaunchRecord>;

// The launches of all arms. The last one may still be running.
struct Measurements {
  explicit Measurements(std::size_t arms) : records(arms), log_ratios(arms) {}

  int launches() const { return static_cast<int>(records.front().size()); }

  void begin_launch(const std::vector<BenchArm>& arms);
  void keep_launches(int count);  // the first ones

  std::vector<ArmRecord> records;     // of each arm
  std::vector<LogRatios> log_ratios;  // of each arm; without rounds for the baseline
};

// Computes the numbers of an arm, which has one launch or more. Latencies `under_load` are no warm-up.
// `items_per_call` is the size of the dimension B, 0 without one.
ArmResult arm_result(const BenchArm& arm, const ArmRecord& record, bool under_load,
                     std::int64_t items_per_call);

// The reason of the first launch that has one.
std::string tuning_reason(const ArmRecord& record);

// The median times of the rounds of one arm. If there are too many for a plot, an evenly spaced selection is returned.
std::vector<BlockTime> block_times(const ArmRecord& record);

// The times of all calls, launch by launch.
std::vector<LaunchSamples> samples_of(const Measurements& measurements);

}  // namespace tsctl
