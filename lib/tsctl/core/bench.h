#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_result.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/bench_vocabulary.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/core/profile.h"

namespace tsctl {

struct PairResult {
  std::string base = {};
  std::string arm = {};
  std::optional<double> speedup = {};
  std::optional<double> speedup_low = {};
  std::optional<double> speedup_high = {};
  std::string speedup_reason = {};
  std::optional<SpeedVerdict> verdict = {};
  ArmOutputs outputs = ArmOutputs::not_compared;
  double margin = 0.0;
  std::int64_t pairs = 0;
  std::int64_t launches = 0;
  std::optional<double> launch_deviation = {};
  std::optional<double> block_deviation = {};
  std::optional<VariationSource> dominated_by = {};
  std::optional<Gate> gate = {};
  std::optional<double> gate_limit = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, PairResult& value) {
  visit("base", value.base, "The label of the baseline");
  visit("arm", value.arm, "The label of the arm");
  visit("speedup", value.speedup,
        "Time of the baseline over time of the arm; null where the outputs differ, or where the "
        "measurement shows nothing");
  visit("speedup_low", value.speedup_low, "The lower end of its 95% interval");
  visit("speedup_high", value.speedup_high, "The upper end");
  visit("speedup_reason", value.speedup_reason, "Why the speedup is null; empty where it is not");
  visit("verdict", value.verdict, "The verdict on the interval; empty where it is withheld");
  visit("outputs", value.outputs, "How the arm's outputs compare with those of the reference");
  visit("margin", value.margin, "Ratios within this distance of 1 are equivalent");
  visit("pairs", value.pairs, "Rounds behind the estimate");
  visit("launches", value.launches, "Launches behind the estimate");
  visit("launch_deviation", value.launch_deviation,
        "Standard deviation of the log ratio between launches");
  visit("block_deviation", value.block_deviation,
        "Standard deviation of the log ratio within a launch");
  visit("dominated_by", value.dominated_by,
        "Where the width of the interval comes from; empty where it is withheld");
  visit("gate", value.gate,
        "The result of --max-regress or --require-speedup; a failure is corrected for several arms "
        "by Holm's procedure; empty without a gate");
  visit("gate_limit", value.gate_limit,
        "The smallest speedup that passes the gate; null without a gate");
}

// System load during the measurement; null where the system does not report it.
struct SystemLoad {
  std::optional<double> cpu_pressure = {};
  std::optional<double> memory_pressure = {};
  std::optional<double> io_pressure = {};
  std::optional<double> steal = {};
  std::optional<double> throttled_s = {};
  std::optional<std::int64_t> context_switches = {};
  std::optional<double> gpu_clock_low_mhz = {};
  std::optional<double> gpu_clock_high_mhz = {};
  std::vector<std::string> gpu_throttle_reasons = {};
  std::optional<double> load_before = {};
  std::optional<double> smallest_effect = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SystemLoad& value) {
  visit("cpu_pressure", value.cpu_pressure,
        Field("Share of the time in which some task waited for a CPU").at_least(0));
  visit("memory_pressure", value.memory_pressure,
        Field("Share of the time in which some task waited for memory").at_least(0));
  visit("io_pressure", value.io_pressure,
        Field("Share of the time in which some task waited for a disk").at_least(0));
  visit("steal", value.steal,
        Field("Share of the CPUs' time that the hypervisor gave to other guests").at_least(0));
  visit("throttled_s", value.throttled_s,
        Field("Seconds for which the control group's quota throttled the process").at_least(0));
  visit("context_switches", value.context_switches, "Context switches of the whole host");
  visit("gpu_clock_low_mhz", value.gpu_clock_low_mhz,
        Field("The lowest clock of the streaming multiprocessors while arms ran").at_least(0));
  visit("gpu_clock_high_mhz", value.gpu_clock_high_mhz, Field("The highest clock").at_least(0));
  visit("gpu_throttle_reasons", value.gpu_throttle_reasons,
        "Every reason for a lower clock that NVML named");
  visit("load_before", value.load_before,
        Field("Tasks that were ready to run, the mean of the minute before").at_least(0));
  visit("smallest_effect", value.smallest_effect,
        Field("The smallest effect that --selftest can resolve").at_least(0));
}

struct BenchResult {
  std::vector<ArmResult> arms = {};
  std::vector<PairResult> pairs = {};
  std::string input_set = {};
  std::string batch_dim = {};
  std::string inputs_sha256 = {};
  std::string device = {};
  int threads = 0;
  LoadPlan load = {};
  std::vector<std::string> sequence = {};
  bool cold_cache = false;
  std::vector<ProfileResult> profiles = {};
  double budget_s = 0.0;
  double measured_s = 0.0;
  double python_load_s = 0.0;
  std::optional<StopReason> stopped_by = {};
  bool partial = false;
  WaitPolicy wait_policy = WaitPolicy::active;
  std::string wait_policy_reason = {};
  std::optional<SystemLoad> noise = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, BenchResult& value) {
  visit("arms", value.arms, "What was timed");
  visit("pairs", value.pairs, "The comparison of each arm with the baseline");
  visit("input_set", value.input_set, "The label of the input set that was timed");
  visit("batch_dim", value.batch_dim,
        "The dimension whose size a throughput counts; empty where it counts calls");
  visit("inputs_sha256", value.inputs_sha256,
        "Digest of the tensor file that every arm was called with");
  visit("device", value.device, "The device");
  visit("threads", value.threads, "Threads of the run");
  visit("load", value.load, "How calls were offered");
  visit("sequence", value.sequence,
        "Labels of the input sets of --shape-sequence, in the order of the calls");
  visit("cold_cache", value.cold_cache, "The device's cache was emptied before every call");
  visit("profiles", value.profiles, "Time by operator, submodule and line (--profile)");
  visit("budget_s", value.budget_s, "Seconds that the measurement was allowed");
  visit("measured_s", value.measured_s, "Seconds that it took");
  visit("python_load_s", value.python_load_s,
        Field("Seconds of it in which arms started Python and imported torch; the budget does not "
              "count them")
            .at_least(0));
  visit("stopped_by", value.stopped_by,
        "Why it ended: the intervals are narrow enough, the budget, --max-pairs, or launches where "
        "there is nothing to decide");
  visit("partial", value.partial,
        "An interrupt or a failed arm ended the measurement: only finished launches are in it");
  visit("wait_policy", value.wait_policy,
        "How the arms' threads waited for one another: active (they spin first) or passive");
  visit("wait_policy_reason", value.wait_policy_reason, "Why they waited like that");
  visit("noise", value.noise, "System load during the measurement");
  visit("warnings", value.warnings, "About the measurement");
}

// The comparison of the arm with that label; null for the baseline.
const PairResult* pair_of(const BenchResult& bench, const std::string& arm);

}  // namespace tsctl
