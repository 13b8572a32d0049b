#include "commands/capture_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "options/help_group.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/stages.h"
#include "steps/verify_step.h"
#include "tsctl/archive/debug_records.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

// A file that a user takes for a SOURCE.
void refuse_a_file(const std::string& text) {
  std::error_code ignored;  // a SOURCE may be longer than a name of a file can be
  if (!std::filesystem::is_regular_file(text, ignored) || text.ends_with(".py")) return;
  const FileKind kind = file_kind(text);
  if (kind == FileKind::torchscript) {
    throw Error(
        ErrorKind::usage,
        fmt::format("'{}' is a TorchScript file already; this command captures a SOURCE", text),
        fmt::format("make it faster with tsctl optimize {} -o OUT.pt; tsctl bench and "
                    "tsctl inspect take it too",
                    text));
  }
  if (kind == FileKind::torch_save_module || kind == FileKind::pickled_module)
    require_torchscript(text, false);  // says what such a file is good for
  if (kind == FileKind::torch_save || kind == FileKind::safetensors || kind == FileKind::pickle) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' holds weights; this command captures a SOURCE", text),
                fmt::format("name the class, and give the file as its weights: net.py:Net "
                            "--weights {}",
                            text));
  }
}

std::vector<std::string> accepted_branches_from(const std::vector<std::string>& places) {
  for (const std::string& place : places) {
    const std::size_t colon = place.rfind(':');
    const bool numbered = colon != std::string::npos && colon > 0 && colon + 1 < place.size() &&
                          place.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    if (!numbered) {
      throw Error(ErrorKind::usage, fmt::format("--accept-branch '{}' is not FILE:LINE", place),
                  "write the place as the message of the capture names it, such as "
                  "--accept-branch net.py:16");
    }
  }
  return places;
}

// PATH or PATH=SHAPE as a path and a shape; the shape is empty where none was given.
std::pair<std::string, std::string> traced_submodule_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string shape = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (equals == 0 || (equals != std::string::npos && shape.empty())) {
    throw Error(ErrorKind::usage,
                fmt::format("--trace-submodule '{}' is not PATH or PATH=SHAPE", text),
                "write the submodule's path, and the shape of its input if it is traced with "
                "another one: --trace-submodule encoder=1x3x224x224");
  }
  if (!shape.empty()) input_spec_from_text(shape);  // throws for a shape that cannot be read
  return {text.substr(0, equals), shape};
}

bool is_wrong(const CaptureComparison& comparison) {
  return comparison.status == CallOutcome::differ || comparison.status == CallOutcome::raised;
}

// "--accept-branch net.py:16 --accept-branch net.py:40": the decisions by values of an attempt that equals eager mode
// wherever it was tried; empty if it does not.
std::string acceptance_of(const CaptureAttempt& attempt) {
  if (std::ranges::any_of(attempt.comparisons, is_wrong)) return {};
  std::vector<std::string> flags;
  for (const CaptureNotice& notice : attempt.warnings) {
    const bool decides =
        notice.decided_by == DecidedBy::values ||
        (notice.decided_by == DecidedBy::unknown &&
         (notice.code == NoticeCode::branch_decided || notice.code == NoticeCode::value_baked_in));
    const std::string flag = "--accept-branch " + notice.place;
    if (decides && !notice.accepted && std::ranges::find(flags, flag) == flags.end())
      flags.push_back(flag);
  }
  return fmt::format("{}", fmt::join(flags, " "));
}

// "; first write `…` at net.py:10", if the compiler's refusal has a change of one line.
std::string first_change_of(const CaptureAttempt& attempt) {
  const auto& found = attempt.diagnosis;
  if (!found || found->change.empty() || found->change.find('\n') != std::string::npos) return {};
  return fmt::format("; first write `{}` at {}:{}", found->change,
                     std::filesystem::path(found->file).filename().string(), found->line);
}

// What the attempts of a capture say about why it is not general.
struct NotGeneral {
  const CaptureAttempt* attempt = nullptr;  // the first that is not general; nullptr if none is
  bool script_differs = false;              // a script was made, and is not general either
  std::string refusal = {};       // why the compiler refused the code; empty if it did not
  std::string first_change = {};  // what to write first so that it does not refuse it
  std::string remedy = {};        // one change that is known to help
};

NotGeneral why_not_general(const CaptureResult& capture) {
  NotGeneral found;
  for (const CaptureAttempt& attempt : capture.attempts) {
    const bool is_script = attempt.mode == CaptureMethod::script;
    if (attempt.status == AttemptStatus::not_general) {
      if (found.attempt == nullptr) found.attempt = &attempt;
      if (is_script) found.script_differs = true;
    }
    if (is_script && attempt.status == AttemptStatus::failed) {
      found.refusal = attempt.reason;
      if (found.first_change.empty()) found.first_change = first_change_of(attempt);
    }
    if (found.remedy.empty()) found.remedy = attempt.remedy;
  }
  return found;
}

std::string message_of(const NotGeneral& found) {
  std::string message = found.attempt != nullptr
                            ? fmt::format("the {} is not general: {}", name_of(found.attempt->mode),
                                          found.attempt->reason)
                            : "the capture is not general: the captured module differs from eager";
  if (!found.refusal.empty()) message += "; and it cannot be scripted: " + found.refusal;
  return message;
}

std::string advice_for(const NotGeneral& found, const CaptureResult& capture) {
  if (!found.remedy.empty()) return found.remedy;
  if (!found.refusal.empty()) {
    return "rewrite the model without that decision, or with code that TorchScript's compiler "
           "supports" +
           found.first_change;
  }
  const bool only_a_trace = found.attempt != nullptr &&
                            found.attempt->mode == CaptureMethod::trace && !found.script_differs;
  if (only_a_trace || !capture.submodules.empty()) {
    return "a trace keeps the decisions that the example inputs caused; script the module (tsctl "
           "script, or convert --mode script), or rewrite the model without that decision";
  }
  return "this code behaves differently in TorchScript than in Python; see the differences above";
}

// Compares the captured file with eager mode. Finds the first submodule that differs if outputs differ.
ExitCode verify_captured(CommandSession& session, const CapturePlan& plan,
                         const CaptureResult& capture, const std::string& model_path,
                         const std::string& tensors_path) {
  verify_stage(session, plan, capture, {.label = "captured", .path = model_path}, tensors_path);
  const ExitCode code = judge_comparison(session, session.report().verify.back());
  if (code == ExitCode::check_failed)
    locate_step(session, plan.source, plan.inputs, plan.tolerance, model_path);
  return code;
}

}  // namespace

void add_capture_options(CLI::App& command, CaptureFlags& flags) {
  add_positional(command, "SOURCE", flags.source, "path/to/file.py:Name or package.module:Name");
  add_source_options(command, flags.source_flags, flags.run);
  add_input_options(command, flags.inputs);
  add_tolerance_options(command, flags.tolerance);
  add_run_options(command, flags.run);
  add_report_options(command, flags.report);
  const HelpGroup source(command, "Source");
  source.choice<FixedSizes>("--fixed-sizes", flags.fixed_sizes,
                            "If the capture works at the given sizes only: refuse it, or guard the "
                            "file with a check of its input sizes");
  source.repeatable("--accept-branch", "FILE:LINE", flags.accepted_branches,
                    "Let a trace keep a decision that its example made by values: net.py:16");
}

void add_mode_option(CLI::App& command, CaptureFlags& flags) {
  HelpGroup(command, "Source")
      .choice<CaptureMode>("--mode", flags.mode,
                           "How to capture: auto (trace, and script what a trace cannot "
                           "represent), trace or script");
}

void add_trace_submodule_option(CLI::App& command, CaptureFlags& flags) {
  HelpGroup(command, "Source")
      .repeatable("--trace-submodule", "PATH[=SHAPE]", flags.trace_submodules,
                  "Trace this submodule inside a scripted model: PATH, or PATH=SHAPE of its input");
}

void add_script_submodule_option(CLI::App& command, CaptureFlags& flags) {
  HelpGroup(command, "Source")
      .repeatable("--script-submodule", "PATH", flags.script_submodules,
                  "Script this submodule inside a traced model");
}

CapturePlan capture_plan_from(const CaptureFlags& flags) {
  CapturePlan plan;
  refuse_a_file(flags.source);
  plan.source = source_from(flags.source, flags.source_flags);
  plan.mode = flags.mode;
  plan.require_general = flags.fixed_sizes == FixedSizes::refuse;
  plan.script_submodules = flags.script_submodules;
  plan.accepted_branches = accepted_branches_from(flags.accepted_branches);
  plan.inputs = resolve_inputs(flags.inputs, std::nullopt);
  if (!plan.inputs.given()) throw_no_inputs();
  plan.tolerance = tolerance_from(flags.tolerance);
  plan.extras = extras_from(flags.output.extra);
  for (const std::string& text : flags.trace_submodules)
    plan.trace_submodules.push_back(traced_submodule_from(text));
  return plan;
}

void record_not_general(CommandSession& session, const CaptureResult& capture) {
  const NotGeneral found = why_not_general(capture);
  std::string hint = advice_for(found, capture);
  const std::string acceptance = found.attempt != nullptr ? acceptance_of(*found.attempt) : "";
  if (!acceptance.empty())
    hint += fmt::format("; if every input needs the same decision, accept it: {}", acceptance);
  record_check_failure(session, "capture", message_of(found), hint);
}

ExitCode withhold_not_general(CommandSession& session, const CaptureResult& capture,
                              OutputFile& file, bool keep_failed) {
  record_not_general(session, capture);
  withhold_step(session, file, keep_failed,
                fmt::format("the {} is not general", name_of(capture.mode)));
  return ExitCode::check_failed;
}

ExitCode capture_command(CommandSession& session, const CaptureFlags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  const OutputFlags& output = flags.output;
  session.report().model.path = plan.source.text;
  record_inputs(session.report(), plan.inputs);
  check_before_start(session, {.output = output.output,
                               .read = files_of(plan.source, plan.inputs),
                               .extras = output.extra});
  OutputFile file(output.output, "-o");
  const ScratchFile tensors(std::filesystem::path(output.output).parent_path());
  session.name_file(file.path(), output.output);
  session.name_file(tensors.path(), output.output + " (inputs and outputs)");

  const CaptureResult capture = capture_step(session, plan, file.path(), tensors.path());
  require_captured(capture);
  if (capture.status != CaptureStatus::captured)
    return withhold_not_general(session, capture, file, output.keep_failed);

  if (output.strip_debug) strip_debug_records(file.path());
  Manifest manifest =
      manifest_from(session, {plan.source, plan.inputs, file.path(), output.output}, capture);
  manifest.steps.back().debug_stripped = output.strip_debug;
  attach(file.path(), manifest, {}, plan.extras);
  const ExitCode code = verify_captured(session, plan, capture, file.path(), tensors.path());
  if (code != ExitCode::ok) {
    withhold_step(session, file, output.keep_failed, "its outputs differ from eager's");
    return code;
  }
  record_verification(manifest, session.report().verify.back(), "eager");
  attach(file.path(), manifest, {}, plan.extras);
  publish_model_step(session, file);
  return ExitCode::ok;
}

}  // namespace tsctl
