#include "steps/reference.h"

#include <algorithm>

#include "steps/capture_step.h"
#include "steps/tuning_warnings.h"
#include "steps/verify_step.h"

namespace tsctl {

namespace {

std::vector<std::string> output_names_of(const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects) {
    if (subject.manifest && !subject.manifest->output_names.empty())
      return subject.manifest->output_names;
  }
  return {};
}

CaptureMode structure_for(const std::vector<Subject>& subjects) {
  const bool traced = std::ranges::any_of(subjects, [](const Subject& subject) {
    return subject.manifest && subject.manifest->capture_mode == CaptureMethod::trace;
  });
  return traced ? CaptureMode::trace : CaptureMode::automatic;
}

// Runs a candidate that Python runs, on the reference's inputs. Its outputs go to `outputs`.
EagerResult run_in_python(CommandSession& session, const Reference& reference,
                          const Subject& candidate, const std::string& outputs) {
  return eager_step(session, reference.inputs,
                    {.source = candidate.source.value_or(SourceSpec{}),
                     .file = candidate.source ? std::string() : candidate.text,
                     .mode = reference.structure,
                     .inputs_from = reference.tensors,
                     .settings = candidate.settings,
                     .export_folder = candidate.folder,
                     .tensors_path = outputs});
}

}  // namespace

Reference reference_from(const std::vector<Subject>& subjects, const ModelInputs& inputs,
                         const ToleranceOptions& tolerance, const std::string& method) {
  return {.subject = subjects.front(),
          .inputs = inputs,
          .structure = structure_for(subjects),
          .output_names = output_names_of(subjects),
          .tolerance = tolerance,
          .method = method};
}

ScratchFile reference_outputs(CommandSession& session, Reference& reference) {
  ScratchFile outputs(temporary_folder());
  reference.tensors = outputs.path();
  session.name_file(outputs.path(), temporary_folder().string());
  const Subject& subject = reference.subject;
  if (subject.source) {
    eager_step(session, reference.inputs,
               {.source = *subject.source,
                .mode = reference.structure,
                .settings = session.settings(),
                .tensors_path = outputs.path()});
    return outputs;
  }
  const ScratchFile arguments = write_inputs(session, reference.inputs, temporary_folder());
  const std::string step = "run " + subject.text;
  session.enter(step);
  const RunResult run = session.jobs().run(step, {.model_path = subject.text,
                                                  .inputs_tensors = arguments.path(),
                                                  .outputs_tensors = outputs.path(),
                                                  .method = reference.method,
                                                  .device = session.options().device,
                                                  .settings = session.settings(),
                                                  .every_call = true});
  session.warn_all(run.warnings);
  return outputs;
}

SubjectComparison compare_subject(CommandSession& session, const Reference& reference,
                                  const Subject& candidate) {
  Comparison comparison{.reference = reference.subject.text,
                        .candidate = candidate.text + candidate.settings_text,
                        .reference_tensors = reference.tensors,
                        .method = reference.method,
                        .output_names = reference.output_names,
                        .settings = candidate.settings,
                        .tolerance = reference.tolerance};
  if (!candidate.runtime().in_python) {
    comparison.model_path = candidate.text;
    const VerifyResult& result = verify_step(session, comparison);
    return {.result = result, .tuning_reason = tuning_reason_in(result.warnings)};
  }
  const ScratchFile outputs(temporary_folder());
  const EagerResult made = run_in_python(session, reference, candidate, outputs.path());
  const std::string reason = tuning_reason_in(made.warnings);
  // Without its tuning the candidate ran in float32, so the wider tolerance of bf16 does not apply.
  if (!reason.empty()) comparison.settings.tuning.precision.reset();
  comparison.candidate_tensors = outputs.path();
  return {.result = verify_step(session, comparison), .tuning_reason = reason};
}

}  // namespace tsctl
