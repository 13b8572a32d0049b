#include "commands/capture_command.h"
#include "commands/commands.h"
#include "steps/capture_step.h"
#include "steps/preflight.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

ExitCode explain(Run& run, const CaptureFlags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  run.report().model.path = plan.source.text;
  record_inputs(run.report(), plan.inputs, labels_of(plan.inputs));
  check_before_start(run, "", files_of(plan.source, plan.inputs));
  // Some modules can be captured but not saved: it takes a file to know, one that nobody sees.
  const ScratchFile model(temporary_folder());
  const ScratchFile tensors(temporary_folder());
  run.name_file(model.path(), "the scratch file in " + temporary_folder().string());
  run.name_file(tensors.path(), "the scratch file in " + temporary_folder().string());
  const CaptureResult capture = capture_step(run, plan, model.path(), tensors.path());
  require_captured(capture);
  if (capture.status == CaptureStatus::captured) return ExitCode::ok;
  record_not_general(run, capture);
  return ExitCode::check_failed;
}

}  // namespace

void add_explain(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "explain", "Say how a model would be captured and what would not be general; write no file");
  auto flags = std::make_shared<CaptureFlags>();
  flags->fixed_sizes = FixedSizes::guard;
  add_capture_options(*command, *flags);
  add_mode_option(*command, *flags);
  add_trace_submodule_option(*command, *flags);
  add_script_submodule_option(*command, *flags);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run,
                          [&](Run& run) { return explain(run, *flags); });
    };
  });
}

}  // namespace tsctl
