#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/core/profile.h"
#include "tsctl/core/stats/statistics.h"

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

template <typename Visitor>
void visit_fields(Visitor& visit, ArmOpening& value) {
  visit("libraries_s", value.libraries_s);
  visit("read_s", value.read_s);
  visit("deserialize_s", value.deserialize_s);
  visit("move_s", value.move_s);
  visit("libraries_bytes", value.libraries_bytes);
  visit("loaded_bytes", value.loaded_bytes);
  visit("first_call_bytes", value.first_call_bytes);
  visit("steady_bytes", value.steady_bytes);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, SequenceSet& value) {
  visit("set", value.set);
  visit("calls", value.calls);
  visit("first_call_s", value.first_call_s);
  visit("second_call_s", value.second_call_s);
  visit("third_call_s", value.third_call_s);
  visit("median_s", value.median_s);
  visit("spikes", value.spikes);
}

// The median of an arm's calls in one round.
struct BlockTime {
  int launch = 1;
  int round = 1;
  int turn = 1;  // when in the first pass of its round it ran
  double median_s = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, BlockTime& value) {
  visit("launch", value.launch);
  visit("round", value.round);
  visit("turn", value.turn);
  visit("median_s", value.median_s);
}

// A quantile of the calls' times, type 7, with the interval that order statistics give it (95%).
struct PercentileResult {
  double p = 0.0;  // 0.99
  std::optional<double> value_s = {};
  std::optional<double> low_s = {};
  std::optional<double> high_s = {};
  std::string reason = {};  // why there is none
};

template <typename Visitor>
void visit_fields(Visitor& visit, PercentileResult& value) {
  visit("p", value.p);
  visit("value_s", value.value_s);
  visit("low_s", value.low_s);
  visit("high_s", value.high_s);
  visit("reason", value.reason);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, ArmResult& value) {
  visit("label", value.label);
  visit("kind", value.kind);
  visit("outputs", value.outputs);
  visit("speed", value.speed);
  visit("median_s", value.median_s);
  visit("p99_s", value.p99_s);
  visit("p99_s_reason", value.p99_s_reason);
  visit("mean_s", value.mean_s);
  visit("min_s", value.min_s);
  visit("spread", value.spread);
  visit("throughput_per_s", value.throughput_per_s);
  visit("throughput_unit", value.throughput_unit);
  visit("total_time_s", value.total_time_s);
  visit("time_per_iteration_ms", value.time_per_iteration_ms);
  visit("throughput", value.throughput);
  visit("samples", value.samples);
  visit("launches", value.launches);
  visit("first_call_s", value.first_call_s);
  visit("second_call_s", value.second_call_s);
  visit("third_call_s", value.third_call_s);
  visit("steady_at_call", value.steady_at_call);
  visit("load_s", value.load_s);
  visit("max_abs", value.max_abs);
  visit("peak_memory_bytes", value.peak_memory_bytes);
  visit("page_faults_per_call", value.page_faults_per_call);
  visit("page_faults_low", value.page_faults_low);
  visit("page_faults_high", value.page_faults_high);
  visit("percentiles", value.percentiles);
  visit("warm_up", value.warm_up);
  visit("warm_up_s", value.warm_up_s);
  visit("quantiles_s", value.quantiles_s);
  visit("blocks", value.blocks);
  visit("loop", value.loop);
  visit("offered_per_s", value.offered_per_s);
  visit("achieved_per_s", value.achieved_per_s);
  visit("opening", value.opening);
  visit("sequence", value.sequence);
  visit("transfers", value.transfers);
  visit("threads", value.threads);
  visit("executor", value.executor);
  visit("tuning", value.tuning);
  visit("tuning_reason", value.tuning_reason);
  visit("allocator", value.allocator);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, PairResult& value) {
  visit("base", value.base);
  visit("arm", value.arm);
  visit("speedup", value.speedup);
  visit("speedup_low", value.speedup_low);
  visit("speedup_high", value.speedup_high);
  visit("verdict", value.verdict);
  visit("outputs", value.outputs);
  visit("margin", value.margin);
  visit("pairs", value.pairs);
  visit("launches", value.launches);
  visit("launch_deviation", value.launch_deviation);
  visit("block_deviation", value.block_deviation);
  visit("dominated_by", value.dominated_by);
  visit("gate", value.gate);
}

// What else happened on the host while it was measured; null where the system does not tell.
struct SystemLoad {
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

template <typename Visitor>
void visit_fields(Visitor& visit, SystemLoad& value) {
  visit("cpu_pressure", value.cpu_pressure);
  visit("memory_pressure", value.memory_pressure);
  visit("io_pressure", value.io_pressure);
  visit("steal", value.steal);
  visit("throttled_s", value.throttled_s);
  visit("context_switches", value.context_switches);
  visit("gpu_clock_low_mhz", value.gpu_clock_low_mhz);
  visit("gpu_clock_high_mhz", value.gpu_clock_high_mhz);
  visit("gpu_throttle_reasons", value.gpu_throttle_reasons);
  visit("load_before", value.load_before);
  visit("smallest_effect", value.smallest_effect);
}

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
  std::optional<SystemLoad> noise = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, BenchResult& value) {
  visit("arms", value.arms);
  visit("pairs", value.pairs);
  visit("input_set", value.input_set);
  visit("inputs_sha256", value.inputs_sha256);
  visit("device", value.device);
  visit("threads", value.threads);
  visit("load", value.load);
  visit("sequence", value.sequence);
  visit("cold_cache", value.cold_cache);
  visit("profiles", value.profiles);
  visit("budget_s", value.budget_s);
  visit("measured_s", value.measured_s);
  visit("stopped_by", value.stopped_by);
  visit("noise", value.noise);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
