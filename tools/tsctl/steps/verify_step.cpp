#include "steps/verify_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "steps/tuning_warnings.h"
#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/inputs/dtype.h"
#include "tsctl/core/rtol_text.h"
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

// Rounding in another order of operations stays below this many times the default tolerance.
constexpr double kMaxRounding = 10.0;
constexpr double kMaxShownExcess = 1000.0;

// How far the worst output is beyond its tolerance or, if that is smaller, beyond the default of its dtype: a smaller
// --rtol does not turn a rounding difference into another one.
struct Excess {
  double times = 0.0;
  std::string tolerance = {};  // "the default tolerance of float32 (rtol 1.00e-05)"
};

Excess excess_of(const OutputComparison& output, Dtype dtype) {
  const double by_default = default_tolerance(dtype).rtol;
  const double rtol = std::max(by_default, output.rtol);
  const std::string tolerance = rtol > by_default
                                    ? "the tolerance"
                                    : "the default tolerance of " + std::string(name_of(dtype));
  return {.times = *output.would_pass_rtol / rtol,
          .tolerance = fmt::format("{} (rtol {})", tolerance, number_text(rtol))};
}

// None for an exact tolerance, or if no rtol would pass.
std::optional<Excess> excess_of(const VerifyResult& result) {
  Excess worst;
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.status == Match::same) continue;
      const std::optional<Dtype> dtype = dtype_from_name(output.dtype);
      const bool exact = !dtype || default_tolerance(*dtype).rtol <= 0.0;
      if (!output.would_pass_rtol || exact) return std::nullopt;
      const Excess excess = excess_of(output, *dtype);
      if (excess.times > worst.times) worst = excess;
    }
  }
  return worst.times > 0.0 ? std::optional(worst) : std::nullopt;
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

// "12.3 times the default tolerance of float32 (rtol 1.00e-05); "
std::string excess_text(const std::optional<Excess>& excess) {
  if (!excess) return {};
  const std::string times = excess->times > kMaxShownExcess
                                ? "more than 1000 times "
                                : fmt::format("{:.3g} times ", excess->times);
  return times + excess->tolerance + "; ";
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
  const std::optional<Excess> excess = excess_of(result);
  if (excess && excess->times <= 1.0) {
    return fmt::format("{} accepts this: leave out --rtol, or give at least {}", excess->tolerance,
                       rtol_text(*result.would_pass_rtol));
  }
  if (excess && excess->times <= kMaxRounding)
    return "a larger --rtol accepts more; the verify lines say which would pass";
  return excess_text(excess) +
         "this is not a rounding difference: the verify lines say where they differ";
}

// Most messages begin with the file that they are about.
std::string with_subject(const std::string& candidate, const std::string& message) {
  const std::string subject = fmt::format("'{}'", candidate);
  return message.starts_with(subject) ? message : fmt::format("{}: {}", subject, message);
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
        .message = with_subject(result.candidate, raised),
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
