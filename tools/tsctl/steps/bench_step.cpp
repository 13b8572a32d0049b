#include "steps/bench_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "options/load_options.h"
#include "steps/bench_host.h"
#include "steps/bench_judgement.h"
#include "steps/used_files.h"
#include "steps/verify_step.h"
#include "steps/wait_policy.h"
#include "tsctl/bench/session.h"
#include "tsctl/bench/shape_sequence.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/output_file.h"
#include "tsctl/host/host.h"
#include "tsctl/host/system_load.h"
#include "tsctl/process/process_arm.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

// A host is quiet if its CPUs are idle while tsctl runs nothing.
constexpr double kQuietLookSeconds = 1.0;
constexpr double kQuietShare = 0.05;

void require_quiet_host(const Clock& clock) {
  const LoadReading before = read_system_load(clock());
  std::this_thread::sleep_for(std::chrono::duration<double>(kQuietLookSeconds));
  const auto busy = busy_between(before, read_system_load(clock()));
  if (busy && *busy <= kQuietShare) return;
  throw Error(busy ? ErrorKind::busy : ErrorKind::environment,
              busy ? "the host is not quiet: its CPUs were busy for " + percent_text(*busy) +
                         " of one second before the measurement (--require-quiet)"
                   : "tsctl cannot determine whether this host is quiet (--require-quiet)",
              "wait until other work has ended, or leave --require-quiet out: noise makes verdicts "
              "inconclusive, not wrong");
}

// One object per line, so that a long file can be read in pieces.
std::string json_lines(const std::vector<LaunchSamples>& samples) {
  std::string lines;
  for (const LaunchSamples& launch : samples) lines += json_text(launch) + "\n";
  return lines;
}

// Which file each arm ran. A stage of convert is not among the files that the command read.
void name_models(const Report& report, const std::vector<BenchArm>& planned, BenchResult& bench) {
  for (ArmResult& arm : bench.arms) {
    const auto plan = std::ranges::find_if(
        planned, [&](const BenchArm& one) { return one.request.label == arm.label; });
    if (plan == planned.end()) continue;
    arm.path = plan->path;
    if (const UsedFile* file = file_of_model(report, arm.path)) {
      arm.sha256 = file->sha256;
    } else if (std::filesystem::is_regular_file(plan->request.model_path)) {
      arm.sha256 = sha256_of_file(plan->request.model_path);
    }
  }
}

// What only the command line knows of a bench.
void describe_bench(CommandSession& session, const BenchPlan& plan, int cores, BenchResult& bench) {
  const auto crowded = oversubscribed(plan.arms, plan.options.load, cores);
  bench.warnings.insert(bench.warnings.end(), crowded.begin(), crowded.end());
  name_models(session.report(), plan.arms, bench);
  bench.input_set = plan.input_set;
  bench.inputs_sha256 = sha256_of_file(plan.arms.front().request.inputs_tensors);
  bench.batch_dim = plan.batch_dim;
  bench.device = session.options().device;
  bench.threads = session.threads();
  bench.cold_cache = plan.arms.front().request.cold_cache;
}

void add_bench_record(CommandSession& session, const BenchResult& bench, double seconds) {
  std::int64_t peak_bytes = 0;
  for (const ArmResult& arm : bench.arms) peak_bytes = std::max(peak_bytes, arm.peak_memory_bytes);
  session.jobs().add_step({.name = "bench",
                           .status = bench.partial ? StepStatus::failed : StepStatus::ok,
                           .seconds = seconds,
                           .peak_memory_bytes = peak_bytes});
}

int most_threads(const std::vector<BenchArm>& arms) {
  int most = 1;
  for (const BenchArm& arm : arms) most = std::max(most, arm.request.settings.threads);
  return most;
}

// A bench that runs, with the load of the host since its construction.
class RunningBench {
 public:
  RunningBench(CommandSession& session, const BenchPlan& plan)
      : session_(session),
        plan_(plan),
        cores_(usable_threads(session.report().environment)),
        waiting_(
            choose_wait_policy(plan.options.wait_policy, most_threads(plan.arms), cores_, clock_)),
        options_(options_for_host()),
        host_(session, clock_),
        start_s_(clock_()),
        sequence_(plan.order, session.report().inputs.sets) {}

  const BenchOptions& options() const { return options_; }

  // Records what was measured, also if an interrupt or a failed arm ends it.
  void run() {
    try {
      measure();
    } catch (...) {
      if (outcome_.result) record();
      throw;
    }
    record();
  }

 private:
  BenchOptions options_for_host() const {
    BenchOptions options = plan_.options;
    options.wait_policy = waiting_.policy;
    options.busy_host = waiting_.busy_host;
    options.cores = cores_;
    return options;
  }

  void measure() {
    const Launcher plain = process_launcher(session_.jobs());
    const Launcher launch = plan_.order.empty() ? plain : sequence_.around(plain);
    run_bench(plan_.arms, options_, plan_.items_per_call,
              {launch, clock_, session_.jobs().events(),
               [this] { return read_system_load(clock_()).cpu_waiting_s; }},
              outcome_);
  }

  void record() {
    BenchResult bench = std::move(outcome_.result.value());
    sequence_.report(bench);
    bench.noise = host_.finish();
    bench.wait_policy_reason = wait_policy_reason(waiting_, bench.wait_policy);
    describe_bench(session_, plan_, cores_, bench);
    explain_inconclusive(bench);
    add_bench_record(session_, bench, clock_() - start_s_);
    session_.warn_all(bench.warnings);
    session_.report().*plan_.result = bench;
    if (!plan_.samples_path.empty())
      write_text_file(plan_.samples_path, json_lines(outcome_.samples), "--samples");
  }

  CommandSession& session_;
  const BenchPlan& plan_;
  const Clock clock_ = now_s;
  const int cores_;
  const WaitChoice waiting_;
  const BenchOptions options_;
  HostWatch host_;
  const double start_s_;
  ShapeSequence sequence_;
  BenchOutcome outcome_ = {};
};

}  // namespace

BenchPlan bench_plan_for(const ModelInputs& inputs, const Report& report,
                         const BenchOptions& options) {
  return {.options = options,
          .batch_dim = inputs.batch_dim,
          .items_per_call = inputs.items_per_call,
          .input_set = bench_label(inputs, report.inputs.sets)};
}

ExitCode bench_step(CommandSession& session, const BenchPlan& plan) {
  session.enter("bench");
  if (plan.options.require_quiet) require_quiet_host(now_s);
  describe_libtorch_build(session);
  RunningBench bench(session, plan);
  bench.run();
  return judge_bench(session, *(session.report().*plan.result), bench.options());
}

void record_smallest_effect(BenchResult& bench) {
  if (!bench.noise) bench.noise.emplace();
  for (const PairResult& pair : bench.pairs) {
    if (!pair.speedup) continue;
    bench.noise->smallest_effect =
        std::max({bench.noise->smallest_effect.value_or(0.0), *pair.speedup_high - 1.0,
                  1.0 / *pair.speedup_low - 1.0});
  }
}

}  // namespace tsctl
