#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/source.h"
#include "tsctl/core/statistics.h"
#include "tsctl/core/verify.h"
#include "tsctl/core/warning.h"

namespace tsctl {

// Something to time, opened in a process of its own.
struct ArmRequest {
  std::string label = {};
  std::string model_path = {};  // a TorchScript file, or
  SourceSpec source = {};       // a SOURCE run eagerly (model_path is empty)
  std::string inputs_tensors = {};
  std::size_t set_index = 0;
  std::string device = "cpu";
  int threads = 1;
  Executor executor = Executor::standard;
  std::uint64_t seed = 0;
  bool compile = false;  // run the SOURCE through torch.compile
  // system; keep (freed memory is kept for the next call instead of going back to the system); or the path of a
  // library that takes malloc's place.
  std::string allocator = "system";
};

// An open arm. It only calls and measures; when to do so is the parent's business.
class Arm {
 public:
  virtual ~Arm() = default;

  // Calls the model `untimed` times, then `calls` times, and gives the wall seconds of each of the latter (on
  // CUDA: between events on the device's stream, synchronized once at the end).
  virtual std::vector<double> time_calls(int untimed, int calls) = 0;
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
  std::string kind = {};     // file, eager, compile
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
  std::vector<double> warm_up_s = {};  // the calls of the first launch's warm-up, from the first
  std::string loop = "closed";         // the next call starts when the last one ended
  int threads = 0;
  Executor executor = Executor::standard;
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
  std::optional<double> throttled_s = {};  // by the control group's quota
  std::optional<double> load_before = {};  // tasks that wanted to run, mean of the minute before
  std::optional<double> smallest_effect =
      {};  // of --selftest: what two equal arms could not be told apart by
};

struct BenchResult {
  std::vector<ArmResult> arms = {};
  std::vector<PairResult> pairs = {};
  std::string input_set = {};
  std::string device = {};
  int threads = 0;
  double budget_s = 0.0;
  double measured_s = 0.0;
  std::string stopped_by = {};  // precision, budget
  std::optional<NoiseInfo> noise = {};
  std::vector<Warning> warnings = {};
};

struct BenchOptions {
  double budget_s = 40.0;
  double margin = 0.01;
  double precision = 0.005;  // half-width of the ratio's interval that ends the measurement
  int min_launches = 5;
  std::optional<double> max_regress = {};
  std::optional<double> require_speedup = {};
  bool require_conclusive = false;
  bool require_quiet = false;
  std::uint64_t seed = 0;
};

}  // namespace tsctl
