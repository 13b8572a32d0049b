#include <filesystem>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/loaded_files.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/subject.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct RunFlags {
  std::string model = {};
  std::string save = {};
  std::string method = "forward";
  InputFlags inputs = {};
  RunOptions run = {};
  ReportOptions report = {};
};

ExitCode run_file(CommandSession& session, const RunFlags& flags) {
  const Subject subject = subject_from(flags.model, {}, session.settings());
  session.report().model.path = flags.model;
  if (subject.source) throw_source_given(flags.model);
  const ModelInputs inputs = inputs_for({subject}, flags.inputs, "run");
  record_inputs(session.report(), inputs);
  check_before_start(
      session,
      {.output = flags.save, .output_flag = "--save", .read = files_of({subject}, inputs)});
  check_loaded_files(session, {subject.text});
  const auto folder =
      flags.save.empty() ? temporary_folder() : std::filesystem::path(flags.save).parent_path();
  const ScratchFile arguments = write_inputs(session, inputs, folder);
  const ScratchFile outputs(folder);
  session.name_file(outputs.path(), flags.save.empty() ? "the outputs" : flags.save);
  session.enter("run " + flags.model);
  session.report().run = session.jobs().run("run", {.model_path = flags.model,
                                                    .inputs_tensors = arguments.path(),
                                                    .outputs_tensors = outputs.path(),
                                                    .method = flags.method,
                                                    .device = session.options().device,
                                                    .settings = session.settings()});
  for (const Warning& warning : session.report().run->warnings) session.warn(warning);
  if (!flags.save.empty()) {
    OutputFile file(flags.save, "--save");
    session.name_file(file.path(), flags.save);
    copy_file_bytes(outputs.path(), file.path(), "--save");
    publish_step(session, file);
  }
  return ExitCode::ok;
}

}  // namespace

void add_run(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("run", "Run a file once on every input set and show or save its outputs");
  auto flags = std::make_shared<RunFlags>();
  add_positional(*command, "FILE", flags->model, "The TorchScript file");
  const HelpGroup group(*command, HelpGroup::kNoHeading);
  group.option("--save", "OUT.safetensors", flags->save,
               "Save inputs and outputs as a safetensors file");
  add_method_option(*command, flags->method);
  add_input_options(*command, flags->inputs);
  add_run_options(*command, flags->run);
  add_inputs_python_option(*command, flags->run);
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &run_file);
}

}  // namespace tsctl
