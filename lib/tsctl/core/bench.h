#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/core/profile.h"
#include "tsctl/core/statistics.h"
#include "tsctl/core/warning.h"

namespace tsctl {

// How long opening an arm took, part by part, and what its process then held; null where a runtime does not tell.
struct ArmOpening {
  std::optional<double> libraries_s =
      {};                             // LibTorch or Python with torch, until it can load something
  std::optional<double> read_s = {};  // the model's file, from the disk or its cache
  std::optional<double> deserialize_s = {};  // until there is a module: for a SOURCE, building it
  std::optional<double> move_s = {};         // the module to its device
  std::optional<std::int64_t> libraries_bytes = {};  // resident memory after each of these
  std::optional<std::int64_t> loaded_bytes = {};
  std::optional<std::int64_t> first_call_bytes = {};
  std::optional<std::int64_t> steady_bytes = {};
};

// The calls on one input set in a sequence of changing shapes.
struct SequenceSet {
  std::string set = {};
  std::int64_t calls = 0;  // of one launch
  std::optional<double> first_call_s =
      {};  // medians over the launches, wherever in the sequence these calls came
  std::optional<double> second_call_s = {};
  std::optional<double> third_call_s = {};
  std::optional<double> median_s = {};  // of the calls from the fourth on
  std::vector<int> spikes =
      {};  // places in the sequence, from 1, where most launches took over twice the median
};

// The median of an arm's calls in one round.
struct BlockTime {
  int launch = 1;
  int round = 1;
  int turn = 1;  // when in the first pass of its round it ran
  double median_s = 0.0;
};

// A quantile of the calls' times, type 7, with the interval that order statistics give it (95%).
struct PercentileResult {
  double p = 0.0;  // 0.99
  std::optional<double> value_s = {};
  std::optional<double> low_s = {};
  std::optional<double> high_s = {};
  std::string reason = {};  // why there is none
};

// What was measured of one arm over all launches.
struct ArmResult {
  std::string label = {};
  std::string kind = {};     // file, eager, compile, aotinductor, onnxruntime, openvino
  std::string outputs = {};  // same, differ, reference, not_compared
  std::string speed = {};  // faster, slower, equivalent, inconclusive, reference; empty if withheld
  std::optional<double> median_s = {};
  std::optional<double> p99_s = {};
  std::string p99_s_reason = {};  // why p99_s is null
  std::optional<double> mean_s = {};
  std::optional<double> min_s = {};
  std::optional<double> spread = {};
  std::optional<double> throughput_per_s = {};
  std::string throughput_unit = {};  // items (the dimension B) or calls
  std::optional<double> total_time_s = {};
  std::optional<double> time_per_iteration_ms = {};
  std::optional<double> throughput = {};
  std::int64_t samples = 0;
  std::int64_t launches = 0;
  std::optional<double> first_call_s = {};
  std::optional<double> second_call_s = {};
  std::optional<double> third_call_s = {};
  std::optional<std::int64_t> steady_at_call = {};
  std::optional<double> load_s = {};
  std::optional<double> max_abs = {};
  std::int64_t peak_memory_bytes = 0;
  std::optional<double> page_faults_per_call = {};  // minor ones, the mean over all launches
  std::optional<double> page_faults_low = {};       // of the launch with the fewest
  std::optional<double> page_faults_high = {};      // of the launch with the most
  std::vector<PercentileResult> percentiles = {};
  std::string warm_up =
      {};  // flat, warm_up, slowdown, not_steady: of the first launch, see core/warm_up.h
  std::vector<double> warm_up_s = {};    // the calls of the first launch's warm-up, from the first
  std::vector<double> quantiles_s = {};  // of all timed calls, at 0%, 1%, … 100%
  std::vector<BlockTime> blocks = {};    // in the order they ran; at most 1000, evenly thinned
  std::string loop =
      "closed";  // the next call starts when the last one ended; open: at times of its own
  std::optional<double> offered_per_s = {};   // of an open loop
  std::optional<double> achieved_per_s = {};  // calls that ended a second, by the clock on the wall
  ArmOpening opening = {};
  std::vector<SequenceSet> sequence = {};
  std::optional<TransferTimes> transfers = {};
  int threads = 0;
  Executor executor = Executor::standard;
  ArmTuning tuning = {};
  std::string tuning_reason =
      {};  // why something of the tuning was not to be had, and what ran instead
  std::string allocator = {};
};

struct PairResult {
  std::string base = {};
  std::string arm = {};
  std::optional<double> speedup = {};  // time of base over time of arm
  std::optional<double> speedup_low = {};
  std::optional<double> speedup_high = {};
  std::string verdict = {};
  std::string outputs = {};
  double margin = 0.0;
  std::int64_t pairs = 0;
  std::int64_t launches = 0;
  std::optional<double> launch_deviation = {};
  std::optional<double> block_deviation = {};
  std::string dominated_by =
      {};  // launches, blocks: which of the two the interval's width comes from
  // --max-regress with Holm's correction over all pairs: pass, fail; empty without a gate.
  std::string gate = {};
};

// What else happened on the host while it was measured; null where the system does not tell.
struct NoiseInfo {
  std::optional<double> cpu_pressure = {};  // share of the time in which some task waited for a CPU
  std::optional<double> memory_pressure = {};  // likewise for memory
  std::optional<double> io_pressure = {};
  std::optional<double> steal = {};  // share of the CPUs' time that the hypervisor gave to others
  std::optional<double> throttled_s = {};             // by the control group's quota
  std::optional<std::int64_t> context_switches = {};  // of all tasks of the host
  std::optional<double> gpu_clock_low_mhz =
      {};  // streaming multiprocessors, sampled while arms run
  std::optional<double> gpu_clock_high_mhz = {};
  std::vector<std::string> gpu_throttle_reasons = {};  // every reason seen, as NVML names them
  std::optional<double> load_before = {};  // tasks that wanted to run, mean of the minute before
  std::optional<double> smallest_effect =
      {};  // of --selftest: what two equal arms could not be told apart by
};

struct BenchResult {
  std::vector<ArmResult> arms = {};
  std::vector<PairResult> pairs = {};
  std::string input_set = {};
  std::string inputs_sha256 = {};  // of the tensor file that every arm was called with
  std::string device = {};
  int threads = 0;
  LoadPlan load = {};
  std::vector<std::string> sequence =
      {};                   // labels of the input sets, in the order they were called
  bool cold_cache = false;  // the device's cache was emptied before every call
  std::vector<ProfileResult> profiles = {};
  double budget_s = 0.0;
  double measured_s = 0.0;
  std::string stopped_by = {};  // precision, budget, pairs
  std::optional<NoiseInfo> noise = {};
  std::vector<Warning> warnings = {};
};

}  // namespace tsctl
