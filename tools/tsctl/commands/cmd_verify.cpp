#include "commands/commands.h"
#include "options/bind_command.h"
#include "steps/capture_step.h"
#include "steps/loaded_files.h"
#include "steps/preflight.h"
#include "steps/reference.h"
#include "steps/verify_step.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct VerifyFlags {
  std::string reference = {};
  std::vector<std::string> candidates = {};
  SourceFlags source = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  RunOptions run = {};
  ReportOptions report = {};
  std::string method = "forward";
};

ExitCode verify(CommandSession& session, const VerifyFlags& flags) {
  const ToleranceOptions tolerance = tolerance_from(flags.tolerance);
  std::vector<Subject> subjects{subject_from(flags.reference, flags.source, session.settings())};
  for (const std::string& text : flags.candidates)
    subjects.push_back(subject_from(text, flags.source, session.settings()));
  require_source_for(flags.source, subjects);
  complete_sources(session, subjects);
  session.report().model.path = flags.reference;
  const ModelInputs inputs = inputs_for(subjects, flags.inputs, "verify");
  record_inputs(session.report(), inputs);
  check_before_start(session, {.read = files_of(subjects, inputs)});
  check_loaded_files(session, texts_of(subjects));

  Reference reference = reference_from(subjects, inputs, tolerance, flags.method);
  const ScratchFile tensors = reference_outputs(session, reference);
  ExitCode code = ExitCode::ok;
  for (std::size_t i = 1; i < subjects.size(); ++i) {
    const VerifyResult& result = compare_subject(session, reference, subjects[i]).result;
    const ExitCode judged = judge_comparison(session, result);
    code = worse_of(code, judged);
    if (judged == ExitCode::check_failed && subjects.front().source && !subjects[i].source &&
        !subjects[i].package) {
      locate_step(session, *subjects.front().source, inputs, tolerance, subjects[i].text);
    }
  }
  return code;
}

}  // namespace

void add_verify(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("verify", "Compare the outputs of files and sources with a reference");
  auto flags = std::make_shared<VerifyFlags>();
  add_positional(*command, "REFERENCE", flags->reference,
                 "A TorchScript file, or a SOURCE that runs in eager mode");
  command
      ->add_option("CANDIDATE", flags->candidates, "Files or SOURCEs to compare with the reference")
      ->required();
  add_method_option(*command, flags->method);
  add_source_options(*command, flags->source, flags->run);
  add_input_options(*command, flags->inputs);
  add_tolerance_options(*command, flags->tolerance);
  add_run_options(*command, flags->run);
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &verify);
}

}  // namespace tsctl
