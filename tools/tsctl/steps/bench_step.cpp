#include "steps/bench_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "options/load_options.h"
#include "steps/bench_host.h"
#include "steps/verify_step.h"
#include "tsctl/bench/session.h"
#include "tsctl/bench/shape_sequence.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/stats/verdict.h"
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
  throw Error(ErrorKind::environment,
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

ExitCode judge_bench(CommandSession& session, const BenchResult& bench,
                     const BenchOptions& options) {
  ExitCode code = ExitCode::ok;
  for (const PairResult& pair : bench.pairs) {
    if (pair.outputs == ArmOutputs::differ) {
      record_check_failure(
          session, "bench",
          fmt::format("the outputs of '{}' differ from those of '{}'", pair.arm, pair.base),
          "its speedup is withheld; see the verify lines for where they differ");
      code = ExitCode::check_failed;
    }
    if (!pair.speedup) continue;
    if (pair.gate == Gate::fail) {
      record_check_failure(
          session, "bench",
          fmt::format("'{}' is slower than '{}' by more than --max-regress", pair.arm, pair.base),
          "the whole interval is beyond the gate; bench again with a larger --budget to confirm");
      code = ExitCode::check_failed;
    }
  }
  if (options.require_speedup && !bench.pairs.empty() && bench.pairs.back().speedup) {
    const PairResult& pair = bench.pairs.back();
    if (!reaches_speedup({1.0 / *pair.speedup_high, 1.0 / *pair.speedup_low},
                         *options.require_speedup)) {
      record_check_failure(session, "bench",
                           fmt::format("'{}' is not shown to reach --require-speedup", pair.arm),
                           "the lower bound of its speedup is below the required one");
      code = ExitCode::check_failed;
    }
  }
  const bool undecided = std::any_of(
      bench.pairs.begin(), bench.pairs.end(),
      [](const PairResult& pair) { return pair.verdict == SpeedVerdict::inconclusive; });
  if (code == ExitCode::ok && undecided && options.require_conclusive) {
    record_check_failure(session, "bench",
                         "the measurement could not decide (--require-conclusive)",
                         "raise --budget or --margin, or measure on a quieter machine");
    return ExitCode::inconclusive;
  }
  return code;
}

}  // namespace

ExitCode bench_step(CommandSession& session, const BenchPlan& plan) {
  const auto& [arms, options, items_per_call, input_set, order, samples_path] = plan;
  session.enter("bench");
  const Clock clock = now_s;
  if (options.require_quiet) require_quiet_host(clock);
  describe_libtorch_build(session);
  HostWatch host(session, clock);
  const double start_s = clock();
  std::vector<LaunchSamples> samples;
  ShapeSequence sequence(order, session.report().inputs.sets);
  const Launcher launch_plain = process_launcher(session.jobs());
  const Launcher launch = order.empty() ? launch_plain : sequence.around(launch_plain);
  BenchResult bench =
      run_bench(arms, options, items_per_call, {launch, clock, session.jobs().events()}, &samples);
  sequence.report(bench);
  const int cores = usable_threads(session.report().environment);
  const auto crowded = oversubscribed(arms, options.load, cores);
  bench.warnings.insert(bench.warnings.end(), crowded.begin(), crowded.end());
  bench.noise = host.finish();
  bench.input_set = input_set;
  bench.inputs_sha256 = sha256_of_file(arms.front().request.inputs_tensors);
  bench.device = session.options().device;
  bench.threads = session.threads();
  bench.cold_cache = arms.front().request.cold_cache;
  std::int64_t peak_bytes = 0;
  for (const ArmResult& arm : bench.arms) peak_bytes = std::max(peak_bytes, arm.peak_memory_bytes);
  session.jobs().add_step({.name = "bench",
                           .status = StepStatus::ok,
                           .seconds = clock() - start_s,
                           .peak_memory_bytes = peak_bytes});
  session.warn_all(bench.warnings);
  session.report().bench = bench;
  if (!samples_path.empty()) write_text_file(samples_path, json_lines(samples), "--samples");
  return judge_bench(session, bench, options);
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
