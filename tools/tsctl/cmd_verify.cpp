#include "commands.h"
#include "subject.h"

namespace tsctl {

namespace {

struct Flags {
  std::string reference = {};
  std::vector<std::string> candidates = {};
  SourceFlags source = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  RunOptions run = {};
  ReportOptions report = {};
  Executor executor = Executor::standard;
};

// What the candidate raised on inputs that the reference takes; "" if it raised nowhere.
std::string raised_by(const VerifyResult& result) {
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.reason == "raised") return output.detail;
    }
  }
  return {};
}

// Notes a candidate that is not the same, and gives the exit that it alone would mean.
ExitCode judge(Run& run, const VerifyResult& result) {
  if (result.status == "same") return ExitCode::ok;
  if (const std::string raised = raised_by(result); !raised.empty()) {
    run.report().error = ErrorInfo{.kind = std::string(name_from_kind(ErrorKind::execution)),
                                   .phase = "verify",
                                   .message = raised,
                                   .hint = "'" + result.reference + "' takes the same inputs; give others with --input or --dim"};
    return ExitCode::execution;
  }
  record_check_failure(run, "verify", "the outputs of '" + result.candidate + "' differ from those of '" + result.reference + "'",
                       result.would_pass_rtol ? "a larger --rtol accepts more; the verify lines say which would pass"
                                              : "no --rtol accepts this; the verify lines say where they differ");
  return ExitCode::check_failed;
}

ExitCode verify(Run& run, const Flags& flags) {
  const ToleranceOptions tolerance = tolerance_from(flags.tolerance);
  std::vector<Subject> subjects{subject_from(flags.reference, flags.source)};
  for (const std::string& text : flags.candidates) subjects.push_back(subject_from(text, flags.source));
  run.report().model.path = flags.reference;
  const ModelInputs inputs = inputs_for(subjects, flags.inputs, "verify");
  record_inputs(run.report(), inputs, labels_of(inputs));
  check_before_start(run, {});

  const std::vector<std::string> names = output_names_of(subjects);
  const CaptureMode structure = structure_of(subjects);
  const ScratchFile reference = reference_outputs(run, subjects.front(), inputs, structure, flags.executor);
  ExitCode code = ExitCode::ok;
  for (std::size_t i = 1; i < subjects.size(); ++i) {
    const VerifyResult& result =
        compare_subject(run, subjects.front(), subjects[i], reference.path(), inputs, structure, names, tolerance, flags.executor);
    const ExitCode judged = judge(run, result);
    if (code != ExitCode::execution && judged != ExitCode::ok) code = judged;
  }
  return code;
}

}  // namespace

void add_verify(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand("verify", "Compare the outputs of files and sources with a reference");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "REFERENCE", flags->reference, "A TorchScript file or a SOURCE, which eager runs");
  command->add_option("CANDIDATE", flags->candidates, "What is held against it: files or SOURCEs")->required();
  add_source_options(*command, flags->source, flags->run);
  add_input_options(*command, flags->inputs);
  add_tolerance_options(*command, flags->tolerance);
  add_run_options(*command, flags->run, &flags->executor);
  add_report_options(*command, flags->report);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run, [&](Run& run) { return verify(run, *flags); });
    };
  });
}

}  // namespace tsctl
