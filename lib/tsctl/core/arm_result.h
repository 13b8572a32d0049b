#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/bench_vocabulary.h"
#include "tsctl/core/stats/warm_up.h"

namespace tsctl {

// How long opening an arm took, part by part, and what its process then held; null if a runtime does not report it.
struct ArmOpening {
  std::optional<double> libraries_s = {};
  std::optional<double> read_s = {};
  std::optional<double> deserialize_s = {};
  std::optional<double> move_s = {};
  std::optional<std::int64_t> libraries_bytes = {};
  std::optional<std::int64_t> loaded_bytes = {};
  std::optional<std::int64_t> first_call_bytes = {};
  std::optional<std::int64_t> steady_bytes = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmOpening& value) {
  visit("libraries_s", value.libraries_s,
        Field("Seconds from the start of the process until LibTorch, or Python with torch, can "
              "load a model")
            .at_least(0));
  visit("read_s", value.read_s, Field("Seconds to read the model's file").at_least(0));
  visit("deserialize_s", value.deserialize_s,
        Field("Seconds until there is a module: the rest of loading; of a SOURCE, building it")
            .at_least(0));
  visit("move_s", value.move_s,
        Field("Seconds to move the module to its device; of a file a part of deserialize_s")
            .at_least(0));
  visit("libraries_bytes", value.libraries_bytes, "Resident memory with the libraries");
  visit("loaded_bytes", value.loaded_bytes, "Resident memory with the model");
  visit("first_call_bytes", value.first_call_bytes, "Resident memory after the first call");
  visit("steady_bytes", value.steady_bytes, "Resident memory at the end");
}

// The calls on one input set in a sequence of changing shapes.
struct SequenceSet {
  std::string set = {};
  std::int64_t calls = 0;
  std::optional<double> first_call_s = {};
  std::optional<double> second_call_s = {};
  std::optional<double> third_call_s = {};
  std::optional<double> median_s = {};
  std::vector<int> spikes = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SequenceSet& value) {
  visit("set", value.set, "The label of the input set");
  visit("calls", value.calls, "Calls of one launch with it");
  visit("first_call_s", value.first_call_s, "Median seconds of its first call, over the launches");
  visit("second_call_s", value.second_call_s, "The same of its second call");
  visit("third_call_s", value.third_call_s, "The same of its third call");
  visit("median_s", value.median_s, "Median seconds of its calls from the fourth on");
  visit("spikes", value.spikes,
        Field("Places in the sequence, from 1, where most launches took over twice the median")
            .at_least(1));
}

// The median of an arm's calls in one round.
struct BlockTime {
  int launch = 1;
  int round = 1;
  int turn = 1;
  double median_s = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, BlockTime& value) {
  visit("launch", value.launch, Field("The launch, counted from 1").at_least(1));
  visit("round", value.round, Field("The round of the launch, counted from 1").at_least(1));
  visit("turn", value.turn,
        Field("The turn of the arm in the first pass of its round").at_least(1));
  visit("median_s", value.median_s,
        Field("Median seconds of the arm's calls in the round").finite());
}

// A quantile of the calls' times, type 7, with its 95% interval from order statistics.
struct PercentileResult {
  double p = 0.0;
  std::optional<double> value_s = {};
  std::optional<double> low_s = {};
  std::optional<double> high_s = {};
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, PercentileResult& value) {
  visit("p", value.p, Field("The quantile, such as 0.99").greater_than(0).less_than(1).finite());
  visit("value_s", value.value_s, "Its value (type 7); null for too few calls");
  visit("low_s", value.low_s, "The lower end of its 95% interval from order statistics");
  visit("high_s", value.high_s, "The upper end");
  visit("reason", value.reason, "Why there is no value");
}

// The measurements of one arm over all launches.
struct ArmResult {
  std::string label = {};
  std::string path = {};
  std::string sha256 = {};
  ArmKind kind = ArmKind::file;
  ArmOutputs outputs = ArmOutputs::not_compared;
  std::optional<ArmSpeed> speed = {};
  std::optional<double> median_s = {};
  std::optional<double> p99_s = {};
  std::string p99_s_reason = {};
  std::optional<double> mean_s = {};
  std::optional<double> min_s = {};
  std::optional<double> spread = {};
  std::optional<double> throughput_per_s = {};
  ThroughputUnit throughput_unit = ThroughputUnit::calls;
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
  std::optional<double> page_faults_per_call = {};
  std::optional<double> page_faults_low = {};
  std::optional<double> page_faults_high = {};
  std::optional<double> core_wait_share = {};
  std::vector<PercentileResult> percentiles = {};
  std::optional<WarmUpClass> warm_up = {};
  std::vector<double> warm_up_s = {};
  std::vector<double> quantiles_s = {};
  std::vector<BlockTime> blocks = {};
  Loop loop = Loop::closed;
  std::optional<double> offered_per_s = {};
  std::optional<double> achieved_per_s = {};
  ArmOpening opening = {};
  std::vector<SequenceSet> sequence = {};
  std::optional<TransferTimes> transfers = {};
  int threads = 0;
  Executor executor = Executor::standard;
  ArmTuning tuning = {};
  std::string tuning_reason = {};
  std::string allocator = {};
  bool keeps_heap = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmResult& value) {
  visit("label", value.label, "The name of the arm");
  visit("path", value.path,
        "The file, or the SOURCE as given; empty for a stage of convert that is not kept");
  visit("sha256", value.sha256, "Digest of the file; of a SOURCE that of its Python file");
  visit("kind", value.kind, "What the arm runs");
  visit("outputs", value.outputs, "How its outputs compare with those of the reference");
  visit("speed", value.speed,
        "The verdict on its speed; empty where it is withheld because outputs differ");
  visit("median_s", value.median_s, "Median seconds of a call");
  visit("p99_s", value.p99_s, "The 99th percentile; null below 300 samples");
  visit("p99_s_reason", value.p99_s_reason, "Why p99_s is null");
  visit("mean_s", value.mean_s, "Mean seconds of a call");
  visit("min_s", value.min_s, "Seconds of the fastest call");
  visit("spread", value.spread, "Interquartile range over median");
  visit("throughput_per_s", value.throughput_per_s, "Items or calls a second, from the median");
  visit("throughput_unit", value.throughput_unit,
        "What throughput counts: items (the dimension B) or calls");
  visit("total_time_s", value.total_time_s, "Seconds of all timed calls together");
  visit("time_per_iteration_ms", value.time_per_iteration_ms, "Mean milliseconds of a call");
  visit("throughput", value.throughput, "Items or calls a second, over all timed calls");
  visit("samples", value.samples, "Timed calls");
  visit("launches", value.launches, "Processes that the calls were timed in");
  visit("first_call_s", value.first_call_s, "Median seconds of the first call of a launch");
  visit("second_call_s", value.second_call_s, "The same of the second call");
  visit("third_call_s", value.third_call_s, "The same of the third call");
  visit("steady_at_call", value.steady_at_call, "The first call at which a launch was steady");
  visit("load_s", value.load_s, "Seconds until the model could be called");
  visit("max_abs", value.max_abs,
        "The largest absolute difference of its outputs from the reference");
  visit("peak_memory_bytes", value.peak_memory_bytes, "Peak memory of its process");
  visit("page_faults_per_call", value.page_faults_per_call,
        "Minor page faults of a call, the mean over all launches");
  visit("page_faults_low", value.page_faults_low, "The same of the launch with the fewest");
  visit("page_faults_high", value.page_faults_high, "The same of the launch with the most");
  visit("core_wait_share", value.core_wait_share,
        Field("Share of the calls' wall time for which their threads waited for a core on a busy "
              "host; the times leave it out; null where they leave out nothing")
            .at_least(0));
  visit("percentiles", value.percentiles, "Quantiles of all timed calls");
  visit("warm_up", value.warm_up, "How the first calls of the first launch developed");
  visit("warm_up_s", value.warm_up_s,
        Field("Seconds of the first calls of the first launch; 500 at most").greater_than(0));
  visit("quantiles_s", value.quantiles_s,
        Field("Quantiles of all timed calls at 0%, 1%, … 100%").at_most_items(101));
  visit(
      "blocks", value.blocks,
      Field("The medians of the rounds in the order they ran, evenly thinned").at_most_items(1000));
  visit("loop", value.loop, "How its calls were started");
  visit("offered_per_s", value.offered_per_s, "Calls offered a second by an open loop");
  visit("achieved_per_s", value.achieved_per_s, "Calls that ended a second under load");
  visit("opening", value.opening,
        "How long opening it took, part by part; null where a runtime does not report it");
  visit("sequence", value.sequence, "The calls of --shape-sequence by input set");
  visit("transfers", value.transfers, "A call on a device, part by part; null on the CPU");
  visit("threads", value.threads, "Threads");
  visit("executor", value.executor, "LibTorch's executor");
  visit("tuning", value.tuning, "Settings of its process as requested");
  visit("tuning_reason", value.tuning_reason,
        "Which setting was not available and what ran instead");
  visit("allocator", value.allocator, "The allocator of its process");
  visit("keeps_heap", value.keeps_heap,
        "Loading its file makes glibc keep freed memory in the process (--keep-heap)");
}

}  // namespace tsctl
