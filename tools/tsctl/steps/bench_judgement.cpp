#include "steps/bench_judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "steps/verify_step.h"
#include "tsctl/bench/session.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

bool is_inconclusive(const PairResult& pair) { return pair.verdict == SpeedVerdict::inconclusive; }

// Warnings that follow from a busy host: one warning about the host stands for all of them.
bool is_explained_by_other_work(const Warning& warning) {
  return warning.code == WarningCode::warm_up_not_steady ||
         warning.code == WarningCode::too_few_launches;
}

ExitCode fail(CommandSession& session, ErrorKind kind, const std::string& message,
              const std::string& hint) {
  session.report().error =
      ErrorInfo{.kind = kind, .phase = "bench", .message = message, .hint = hint};
  return exit_code_from_kind(kind);
}

const PairResult* first_with(const BenchResult& bench, Gate gate) {
  const auto found = std::ranges::find(bench.pairs, gate, &PairResult::gate);
  return found == bench.pairs.end() ? nullptr : &*found;
}

}  // namespace

void explain_inconclusive(BenchResult& bench) {
  const double pressure = bench.noise ? bench.noise->cpu_pressure.value_or(0.0) : 0.0;
  if (pressure < kBusyShare || std::ranges::none_of(bench.pairs, is_inconclusive)) return;
  std::erase_if(bench.warnings, is_explained_by_other_work);
  std::string remedies = "measure on a quieter machine, or with ";
  remedies += bench.threads > 1 ? "--threads 1" : "a longer --budget";
  if (bench.threads > 1 && bench.wait_policy == WaitPolicy::active)
    remedies += " or --wait-policy passive";
  bench.warnings.push_back({WarningCode::host_busy,
                            fmt::format("inconclusive: the machine was busy ({} CPU pressure); {}",
                                        percent_text(pressure), remedies)});
}

ExitCode judge_bench(CommandSession& session, const BenchResult& bench,
                     const BenchOptions& options) {
  for (const PairResult& pair : bench.pairs) {
    if (pair.outputs != ArmOutputs::differ) continue;
    return record_check_failure(
        session, "bench",
        fmt::format("the outputs of '{}' differ from those of '{}'", pair.arm, pair.base),
        "its speedup is withheld; see the verify lines for where they differ");
  }
  if (const PairResult* pair = first_with(bench, Gate::fail)) {
    return fail(session, ErrorKind::gate_failed,
                options.max_regress
                    ? fmt::format("'{}' is slower than '{}' by more than --max-regress", pair->arm,
                                  pair->base)
                    : fmt::format("'{}' does not reach --require-speedup", pair->arm),
                "the whole interval is beyond the limit; bench again with a larger --budget to "
                "confirm");
  }
  const PairResult* open = first_with(bench, Gate::undecided);
  if (open != nullptr && !options.allow_undecided) {
    return fail(session, ErrorKind::undecided,
                fmt::format("the gate {} is undecided for '{}'",
                            options.max_regress ? "--max-regress" : "--require-speedup", open->arm),
                "raise --budget, measure on a quieter machine, or accept this with "
                "--allow-undecided");
  }
  if (options.require_conclusive && std::ranges::any_of(bench.pairs, is_inconclusive)) {
    return fail(session, ErrorKind::undecided,
                "the measurement could not decide (--require-conclusive)",
                "raise --budget or --margin, or measure on a quieter machine");
  }
  return ExitCode::ok;
}

}  // namespace tsctl
