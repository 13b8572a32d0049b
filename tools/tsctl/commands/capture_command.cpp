#include "commands/capture_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/verify_step.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

void add_capture_options(CLI::App& command, CaptureFlags& flags) {
  add_positional(command, "SOURCE", flags.source, "path/to/file.py:Name or package.module:Name");
  add_source_options(command, flags.source_flags, flags.run);
  add_input_options(command, flags.inputs);
  add_tolerance_options(command, flags.tolerance);
  add_run_options(command, flags.run);
  add_report_options(command, flags.report);
  add_choice<FixedSizes>(command, "--fixed-sizes", flags.fixed_sizes,
                         "If the capture works at the given sizes only: refuse it, or guard the "
                         "file with a check of its input sizes")
      ->group("Source");
}

void add_mode_option(CLI::App& command, CaptureFlags& flags) {
  add_choice<CaptureMode>(
      command, "--mode", flags.mode,
      "How to capture: auto (trace, and script what a trace cannot represent), trace or script")
      ->group("Source");
}

void add_trace_submodule_option(CLI::App& command, CaptureFlags& flags) {
  add_repeatable(command, "--trace-submodule", flags.trace_submodules,
                 "Trace this submodule inside a scripted model: PATH, or PATH=SHAPE of its input")
      ->group("Source")
      ->type_name("PATH[=SHAPE]");
}

void add_script_submodule_option(CLI::App& command, CaptureFlags& flags) {
  add_repeatable(command, "--script-submodule", flags.script_submodules,
                 "Script this submodule inside a traced model")
      ->group("Source")
      ->type_name("PATH");
}

namespace {

// A file that a user takes for a SOURCE.
void refuse_a_file(const std::string& text) {
  if (!std::filesystem::is_regular_file(text) || text.ends_with(".py")) return;
  const FileKind kind = file_kind(text);
  if (kind == FileKind::torchscript) {
    throw Error(
        ErrorKind::usage,
        fmt::format("'{}' is a TorchScript file already; this command captures a SOURCE", text),
        fmt::format("make it faster with tsctl optimize {} -o OUT.pt; tsctl bench and "
                    "tsctl inspect take it too",
                    text));
  }
  if (kind == FileKind::torch_save || kind == FileKind::safetensors || kind == FileKind::pickle) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' holds weights; this command captures a SOURCE", text),
                fmt::format("name the class, and give the file as its weights: net.py:Net "
                            "--weights {}",
                            text));
  }
}

}  // namespace

CapturePlan capture_plan_from(const CaptureFlags& flags) {
  CapturePlan plan;
  refuse_a_file(flags.source);
  plan.source = source_from(flags.source, flags.source_flags);
  plan.mode = flags.mode;
  plan.require_general = flags.fixed_sizes == FixedSizes::refuse;
  plan.script_submodules = flags.script_submodules;
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
    const std::string shape = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (equals == 0 || (equals != std::string::npos && shape.empty())) {
      throw Error(ErrorKind::usage,
                  fmt::format("--trace-submodule '{}' is not PATH or PATH=SHAPE", text),
                  "write the submodule's path, and the shape of its input if it is traced with "
                  "another one: --trace-submodule encoder=1x3x224x224");
    }
    if (!shape.empty()) input_spec_from_text(shape);
    plan.trace_submodules.emplace_back(text.substr(0, equals), shape);
  }
  return plan;
}

void record_not_general(CommandSession& session, const CaptureResult& capture) {
  std::string reason = "the captured module differs from eager";
  std::optional<CaptureMethod> method;
  std::string not_scripted;
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.mode == CaptureMethod::script && attempt.status == AttemptStatus::failed)
      not_scripted = attempt.reason;
  }
  for (const CaptureAttempt& attempt : capture.attempts) {
    if (attempt.status != AttemptStatus::not_general) continue;
    method = attempt.mode;
    reason = attempt.reason;
    break;
  }
  const std::string kind = method ? name_of(*method) : "capture";
  if (!not_scripted.empty()) {
    record_check_failure(session, "capture",
                         fmt::format("the {} is not general: {}; and it cannot be scripted: {}",
                                     kind, reason, not_scripted),
                         "rewrite the model without that decision, or with code that TorchScript's "
                         "compiler supports");
    return;
  }
  record_check_failure(
      session, "capture", fmt::format("the {} is not general: {}", kind, reason),
      kind == "trace" || !capture.submodules.empty()
          ? "a trace keeps the decisions that the example inputs caused; script the module (tsctl "
            "script, or convert --mode script), or rewrite the model without that decision"
          : "this code behaves differently in TorchScript than in Python; see the differences "
            "above");
}

ExitCode capture_command(CommandSession& session, const CaptureFlags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  session.report().model.path = plan.source.text;
  record_inputs(session.report(), plan.inputs, labels_of(plan.inputs));
  check_before_start(session, {.output = flags.output.output,
                               .read = files_of(plan.source, plan.inputs),
                               .extras = flags.output.extra});
  OutputFile file(flags.output.output, "-o");
  const ScratchFile tensors(std::filesystem::path(flags.output.output).parent_path());
  session.name_file(file.path(), flags.output.output);
  session.name_file(tensors.path(), flags.output.output + " (inputs and outputs)");
  const CaptureResult capture = capture_step(session, plan, file.path(), tensors.path());
  require_captured(capture);
  if (capture.status != CaptureStatus::captured) {
    record_not_general(session, capture);
    withhold_step(session, file, flags.output.keep_failed,
                  fmt::format("the {} is not general", name_of(capture.mode)));
    return ExitCode::check_failed;
  }
  attach(file.path(), manifest_from(plan.source, plan.inputs, capture), {}, plan.extras);
  const VerifyResult& verified = verify_step(session, {.reference = "eager",
                                                       .candidate = "captured",
                                                       .reference_tensors = tensors.path(),
                                                       .model_path = file.path(),
                                                       .output_names = capture.output_names,
                                                       .settings = session.settings(),
                                                       .tolerance = plan.tolerance});
  if (const ExitCode code = judge_comparison(session, verified); code != ExitCode::ok) {
    if (code == ExitCode::check_failed) {
      locate_step(session, plan.source, plan.inputs, plan.tolerance, file.path());
    }
    withhold_step(session, file, flags.output.keep_failed, "its outputs differ from eager's");
    return code;
  }
  publish_step(session, file);
  return ExitCode::ok;
}

}  // namespace tsctl
