#include "capture_command.h"

#include <filesystem>

namespace tsctl {

void add_capture_options(CLI::App& command, CaptureFlags& flags) {
  add_positional(command, "SOURCE", flags.source, "path/to/file.py:Name or package.module:Name");
  add_output_options(command, flags.output, true);
  add_source_options(command, flags.source_flags, flags.run);
  add_input_options(command, flags.inputs);
  add_tolerance_options(command, flags.tolerance);
  add_run_options(command, flags.run, &flags.executor);
  add_report_options(command, flags.report);
}

CapturePlan capture_plan_from(const CaptureFlags& flags) {
  CapturePlan plan;
  plan.source = source_from(flags.source, flags.source_flags);
  plan.inputs = resolve_inputs(flags.inputs, std::nullopt);
  if (!plan.inputs.given()) {
    throw Error(ErrorKind::usage, "the model's inputs are not given",
                "give a shape for each, in order, such as --input 1x3x224x224, or real data with "
                "--inputs FILE");
  }
  plan.tolerance = tolerance_from(flags.tolerance);
  plan.extras = extras_from(flags.output.extra);
  for (const std::string& text : flags.trace_submodules) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw Error(ErrorKind::usage, "--trace-submodule '" + text + "' is not PATH=SHAPE",
                  "write the submodule's path and the shape of its input: --trace-submodule "
                  "encoder=1x3x224x224");
    }
    input_spec_from_text(text.substr(equals + 1));
    plan.trace_submodules.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return plan;
}

void record_not_general(Run& run, const CaptureResult& capture) {
  std::string reason = "the captured module differs from eager";
  std::string kind = "capture";
  std::string not_scripted;
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.mode == "script" && attempt.status == "failed") not_scripted = attempt.reason;
  }
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.status != "not_general") continue;
    kind = attempt.mode;
    reason = attempt.reason;
    break;
  }
  if (!not_scripted.empty()) {
    record_check_failure(
        run, "capture",
        "the " + kind + " is not general: " + reason +
            "; and it cannot be scripted: " + not_scripted,
        "write the model without that decision, or in what TorchScript's compiler supports");
    return;
  }
  record_check_failure(
      run, "capture", "the " + kind + " is not general: " + reason,
      kind == "trace"
          ? "what the example decided is fixed in a trace; script the module (tsctl script, or "
            "convert --mode script), or write the model without that decision"
          : "TorchScript gives this code another meaning than Python; see the differences above");
}

ExitCode capture_command(Run& run, const CaptureFlags& flags, CaptureMode mode) {
  const CapturePlan plan = capture_plan_from(flags);
  run.report().model.path = plan.source.text;
  record_inputs(run.report(), plan.inputs, labels_of(plan.inputs));
  check_before_start(run, flags.output.output, {plan.source.file});
  OutputFile file(flags.output.output, "-o");
  const ScratchFile tensors(std::filesystem::path(flags.output.output).parent_path());
  run.name_file(file.path(), flags.output.output);
  run.name_file(tensors.path(), flags.output.output + " (inputs and outputs)");
  const CaptureResult capture = capture_step(run, plan.source, plan.inputs, mode, plan.tolerance,
                                             plan.trace_submodules, file.path(), tensors.path());
  if (capture.status != "captured") {
    record_not_general(run, capture);
    withhold_step(run, file, flags.output.keep_failed, "the " + capture.mode + " is not general");
    return ExitCode::check_failed;
  }
  attach(file.path(), manifest_from(plan.source, plan.inputs, capture), {}, plan.extras);
  const VerifyResult& verified = verify_step(run,
                                             {.reference = "eager",
                                              .candidate = "captured",
                                              .reference_tensors = tensors.path(),
                                              .model_path = file.path(),
                                              .output_names = capture.output_names},
                                             plan.tolerance, flags.executor);
  if (const ExitCode code = judge_comparison(run, verified); code != ExitCode::ok) {
    withhold_step(run, file, flags.output.keep_failed, "its outputs differ from eager's");
    return code;
  }
  publish_step(run, file);
  return ExitCode::ok;
}

}  // namespace tsctl
