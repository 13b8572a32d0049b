#include "steps/subject.h"

#include <algorithm>
#include <filesystem>

#include "steps/capture_step.h"
#include "steps/manifest.h"
#include "steps/verify_step.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/executor.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

Subject subject_from(const std::string& text, const SourceFlags& flags) {
  Subject subject{.text = text};
  if (looks_like_source(text) && !std::filesystem::is_regular_file(text)) {
    subject.source = source_from(text, flags);
    return subject;
  }
  if (std::filesystem::is_regular_file(text) && file_kind(text) == FileKind::aotinductor) {
    subject.package = true;
    return subject;
  }
  require_torchscript(text, true);
  subject.manifest = read_manifest(text);
  return subject;
}

std::vector<std::string> files_of(const std::vector<Subject>& subjects, const ModelInputs& inputs) {
  std::vector<std::string> files;
  for (const Subject& subject : subjects) {
    files.push_back(subject.text);
    if (!subject.source) continue;
    for (std::string& file : files_of(*subject.source, inputs)) files.push_back(std::move(file));
  }
  return files;
}

void remember_kwargs(std::vector<Subject>& subjects) {
  for (Subject& subject : subjects) {
    if (!subject.source || !subject.source->kwargs_json.empty()) continue;
    for (const Subject& file : subjects) {
      if (file.manifest && file.manifest->source == subject.source->text)
        subject.source->kwargs_json = file.manifest->kwargs_json;
    }
  }
}

ModelInputs inputs_for(const std::vector<Subject>& subjects, const InputFlags& flags,
                       const std::string& command) {
  std::optional<Manifest> recorded;
  for (const Subject& subject : subjects) {
    if (!recorded && subject.manifest && subject.manifest->inputs.given())
      recorded = subject.manifest;
  }
  ModelInputs inputs = resolve_inputs(flags, recorded);
  if (inputs.given()) return inputs;
  for (const Subject& subject : subjects) {
    if (!subject.source && !subject.package) throw_inputs_missing(subject.text, command, "");
  }
  throw Error(ErrorKind::usage, "the model's inputs are not given",
              "give a shape for each, in order, such as --input 1x3x224x224, or real data with "
              "--inputs FILE");
}

void require_source_for(const SourceFlags& flags, const std::vector<Subject>& subjects) {
  const std::string flag = !flags.weights.empty()  ? "--weights"
                           : !flags.kwargs.empty() ? "--kwargs"
                                                   : "";
  if (flag.empty() || std::any_of(subjects.begin(), subjects.end(), [](const Subject& subject) {
        return subject.source.has_value();
      }))
    return;
  throw Error(ErrorKind::usage, flag + " is for a SOURCE, and none was given",
              "a file has its weights already: leave " + flag + " out");
}

std::vector<std::string> output_names_of(const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects) {
    if (subject.manifest && !subject.manifest->output_names.empty())
      return subject.manifest->output_names;
  }
  return {};
}

CaptureMode structure_of(const std::vector<Subject>& subjects) {
  const bool traced = std::any_of(subjects.begin(), subjects.end(), [](const Subject& subject) {
    return subject.manifest && subject.manifest->capture_mode == CaptureMethod::trace;
  });
  return traced ? CaptureMode::trace : CaptureMode::automatic;
}

bool has_numeric_settings(const Subject& subject) {
  return subject.compile || !subject.runtime.empty() || subject.tuning.onednn_graph ||
         !subject.tuning.precision.empty() || !subject.tuning.fusion.empty();
}

ScratchFile reference_outputs(Run& run, const Subject& subject, const ModelInputs& inputs,
                              CaptureMode structure, Executor executor) {
  ScratchFile outputs(temporary_folder());
  if (subject.source) {
    eager_step(run, *subject.source, inputs, structure, {}, outputs.path());
    return outputs;
  }
  const ScratchFile arguments = write_inputs(run, inputs, temporary_folder());
  run.enter("run " + subject.text);
  run.jobs().run("run " + subject.text, {.model_path = subject.text,
                                         .inputs_tensors = arguments.path(),
                                         .outputs_tensors = outputs.path(),
                                         .device = run.options().device,
                                         .threads = run.threads(),
                                         .executor = executor});
  return outputs;
}

const VerifyResult& compare_subject(Run& run, const Subject& reference, const Subject& candidate,
                                    const std::string& reference_tensors, const ModelInputs& inputs,
                                    CaptureMode structure,
                                    const std::vector<std::string>& output_names,
                                    const ToleranceOptions& tolerance, Executor executor,
                                    std::string* tuning_reason) {
  Comparison comparison{.reference = reference.text,
                        .candidate = candidate.text + candidate.settings,
                        .reference_tensors = reference_tensors,
                        .output_names = output_names,
                        .tuning = candidate.tuning,
                        .threads = candidate.threads};
  const auto note_reason = [&](const std::vector<Warning>& warnings) {
    for (const Warning& warning : warnings) {
      if (tuning_reason != nullptr && warning.code == WarningCode::tuning_not_available)
        *tuning_reason = warning.text;
    }
  };
  const bool in_python = candidate.source || !candidate.runtime.empty();
  if (!in_python) {
    comparison.model_path = candidate.text;
    const VerifyResult& result = verify_step(run, comparison, tolerance, executor);
    note_reason(result.warnings);
    return result;
  }
  const ScratchFile outputs(temporary_folder());
  const PythonSettings settings{.compile = candidate.compile,
                                .runtime = candidate.runtime,
                                .folder = candidate.folder,
                                .file = candidate.source ? std::string() : candidate.text,
                                .tuning = candidate.tuning,
                                .threads = candidate.threads};
  const CaptureResult made = eager_step(run, candidate.source.value_or(SourceSpec{}), inputs,
                                        structure, reference_tensors, outputs.path(), settings);
  note_reason(made.warnings);
  const bool in_float32 = std::any_of(
      made.warnings.begin(), made.warnings.end(),
      [](const Warning& warning) { return warning.code == WarningCode::tuning_not_available; });
  if (in_float32) comparison.tuning.precision.clear();  // and with it the wider tolerance
  comparison.candidate_tensors = outputs.path();
  return verify_step(run, comparison, tolerance, executor);
}

}  // namespace tsctl
