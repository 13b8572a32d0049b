#include "steps/verify_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "steps/tuning_warnings.h"
#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// Without this check, a tolerance for an output that the model does not have would be ignored.
void require_known_outputs(const std::vector<ToleranceOverride>& overrides, const std::string& flag,
                           const std::vector<std::string>& names) {
  for (const ToleranceOverride& given : overrides) {
    if (given.output.empty() || names.empty()) continue;
    if (std::ranges::find(names, given.output) != names.end()) continue;
    const std::string all = "its outputs are " + joined(names, ", ");
    const std::string closest = closest_name(given.output, names);
    throw Error(
        ErrorKind::usage,
        fmt::format("{} names the output '{}', which the model does not have", flag, given.output),
        closest.empty() ? all : "did you mean " + closest + "? " + all);
  }
}

// Rounding in another order of operations stays below this many times the tolerance.
constexpr double kMaxRounding = 10.0;
constexpr double kMaxShownExcess = 1000.0;

// How many times its tolerance the worst output differs by; none for a tolerance of 0, or if no rtol would pass.
std::optional<double> excess_of(const VerifyResult& result) {
  double worst = 0.0;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == Match::same) continue;
      if (!output.would_pass_rtol || output.rtol <= 0.0) return std::nullopt;
      worst = std::max(worst, *output.would_pass_rtol / output.rtol);
    }
  }
  return worst > 0.0 ? std::optional(worst) : std::nullopt;
}

constexpr const char* kKeepArithmetic =
    "the frozen model has eager's outputs, so a pass of optimize changes them. A model that sorts "
    "or selects by its values may select other items after a rounding difference; --only-pass "
    "freeze_constants keeps the arithmetic";

// Whether every set is the same at the first call and differs at a later one.
bool differs_later_only(const VerifyResult& result) {
  return std::ranges::none_of(result.calls, [](const CallComparison& call) {
    return call.call == 1 && call.status == Match::differ;
  });
}

// "12.3 times the tolerance; "
std::string excess_text(const std::optional<double>& excess) {
  if (!excess) return {};
  return *excess > kMaxShownExcess ? "more than 1000 times the tolerance; "
                                   : fmt::format("{:.3g} times the tolerance; ", *excess);
}

std::string remedy_for(const VerifyResult& result) {
  if (differs_later_only(result)) {
    return "the first calls are the same and later ones differ: the candidate stores something "
           "between calls or draws random numbers, but the reference does not";
  }
  if (!result.would_pass_rtol) {
    return "no --rtol accepts this; the verify lines say where they differ, and --equal-nan treats "
           "NaN as equal to NaN";
  }
  const std::optional<double> excess = excess_of(result);
  if (excess && *excess <= kMaxRounding)
    return "a larger --rtol accepts more; the verify lines say which would pass";
  return excess_text(excess) +
         "this is not a rounding difference: the verify lines say where they differ";
}

// Whether the same command has found that the frozen model gives the reference's outputs.
bool frozen_is_same(const Report& report) {
  return std::ranges::any_of(report.verify, [](const VerifyResult& result) {
    return result.candidate == "frozen" && result.status == Match::same;
  });
}

}  // namespace

const VerifyResult& verify_step(CommandSession& session, const Comparison& comparison) {
  session.enter("verify " + comparison.candidate);
  require_known_outputs(comparison.tolerance.rtol, "--rtol", comparison.output_names);
  require_known_outputs(comparison.tolerance.atol, "--atol", comparison.output_names);
  const VerifyRequest request{.model_path = comparison.model_path,
                              .candidate_tensors = comparison.candidate_tensors,
                              .reference_tensors = comparison.reference_tensors,
                              .method = comparison.method,
                              .device = session.options().device,
                              .settings = comparison.settings,
                              .tolerance = comparison.tolerance,
                              .output_names = comparison.output_names};
  VerifyResult result = session.jobs().compare("verify " + comparison.candidate, request);
  result.reference = comparison.reference;
  result.candidate = comparison.candidate;
  Report& report = session.report();
  // Most warnings are about the reference, which is the same for all candidates: the first comparison reports them.
  for (const Warning& warning : without_tuning(result.warnings)) {
    if (report.verify.empty() || warning.code == WarningCode::later_calls_left_out)
      session.warn(warning);
  }
  report.verify.push_back(std::move(result));
  return report.verify.back();
}

ArmOutputs arm_outputs(Match status) {
  return status == Match::same ? ArmOutputs::same : ArmOutputs::differ;
}

std::string raised_by(const VerifyResult& result) {
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.reason == DifferenceReason::raised) return output.detail;
    }
  }
  return {};
}

ExitCode judge_comparison(CommandSession& session, const VerifyResult& result) {
  if (result.status == Match::same) return ExitCode::ok;
  if (const std::string raised = raised_by(result); !raised.empty()) {
    session.report().error = ErrorInfo{
        .kind = ErrorKind::execution,
        .phase = "verify",
        .message = fmt::format("'{}': {}", result.candidate, raised),
        .hint = fmt::format("'{}' accepts the same inputs; give others with --input or --dim",
                            result.reference)};
    return ExitCode::execution;
  }
  return record_check_failure(session, "verify",
                              fmt::format("the outputs of '{}' differ from those of '{}'",
                                          result.candidate, result.reference),
                              result.candidate == "optimized" && frozen_is_same(session.report())
                                  ? kKeepArithmetic
                                  : remedy_for(result));
}

ExitCode worse_of(ExitCode left, ExitCode right) {
  if (left == ExitCode::execution || right == ExitCode::execution) return ExitCode::execution;
  return left == ExitCode::ok ? right : left;
}

ExitCode record_check_failure(CommandSession& session, const std::string& phase,
                              const std::string& message, const std::string& hint) {
  // The first failure explains the others.
  if (!session.report().error) {
    session.report().error = ErrorInfo{
        .kind = ErrorKind::check_failed, .phase = phase, .message = message, .hint = hint};
  }
  return ExitCode::check_failed;
}

}  // namespace tsctl
