#include "steps/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "steps/capture_step.h"
#include "steps/manifest.h"
#include "steps/tuning_warnings.h"
#include "steps/verify_step.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/moving_path.h"

namespace tsctl {

const ArmRuntime& Subject::runtime() const {
  const ModelForm form = source    ? ModelForm::source
                         : package ? ModelForm::package
                                   : ModelForm::file;
  return arm_runtime(form, settings);
}

Subject subject_from(const std::string& text, const SourceFlags& flags,
                     const ArmSettings& settings) {
  Subject subject{.text = text, .settings = settings};
  // A SOURCE may be longer than a name of a file can be, which is an error here.
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(text, ignored);
  if (looks_like_source(text) && !is_file) {
    subject.source = source_from(text, flags);
    return subject;
  }
  if (is_file && file_kind(text) == FileKind::aotinductor) {
    subject.package = true;
    return subject;
  }
  require_torchscript(text, true);
  subject.manifest = read_manifest(text);
  return subject;
}

std::vector<std::string> texts_of(const std::vector<Subject>& subjects) {
  std::vector<std::string> texts;
  for (const Subject& subject : subjects) texts.push_back(subject.text);
  return texts;
}

std::vector<ReadFile> files_of(const std::vector<Subject>& subjects, const ModelInputs& inputs) {
  std::vector<ReadFile> files;
  for (const Subject& subject : subjects) {
    files.push_back({FileUse::model, subject.text});
    for (ReadFile& file : files_of(subject.source.value_or(SourceSpec{}), inputs))
      files.push_back(std::move(file));
  }
  return files;
}

namespace {

// The weights that the file was captured with.
std::string weights_of(const Manifest& manifest, const std::string& file) {
  const std::string beside =
      manifest.weights_path.empty() ? "" : path_beside(file, manifest.weights_path);
  for (const std::string& path : {manifest.weights, beside}) {
    std::error_code error;
    const bool is_file = std::filesystem::is_regular_file(path, error);
    if (!is_file && !std::filesystem::is_directory(path, error)) continue;
    if (!is_file || manifest.weights_sha256.empty() ||
        sha256_of_file(path) == manifest.weights_sha256)
      return path;
    throw Error(
        ErrorKind::input,
        fmt::format("the weights '{}' have changed since '{}' was captured with them", path, file),
        fmt::format("give the original weights or, if the change is intended, these: --weights {}",
                    path));
  }
  throw Error(ErrorKind::input,
              fmt::format("the weights '{}' that '{}' was captured with no longer exist",
                          manifest.weights, file),
              "give them again: --weights FILE");
}

}  // namespace

void remember_build(CommandSession& session, std::vector<Subject>& subjects) {
  for (Subject& subject : subjects) {
    if (!subject.source) continue;
    for (const Subject& file : subjects) {
      if (!file.manifest || file.manifest->source != subject.source->text) continue;
      session.op_libraries().lend(file.text);
      if (subject.source->kwargs_json.empty())
        subject.source->kwargs_json = file.manifest->kwargs_json;
      if (subject.source->weights.empty() && !file.manifest->weights.empty())
        subject.source->weights = weights_of(*file.manifest, file.text);
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
  throw_no_inputs();
}

void require_source_for(const SourceFlags& flags, const std::vector<Subject>& subjects) {
  const std::string flag = !flags.weights.empty()  ? "--weights"
                           : !flags.kwargs.empty() ? "--kwargs"
                                                   : "";
  if (flag.empty() || std::ranges::any_of(subjects, [](const Subject& subject) {
        return subject.source.has_value();
      }))
    return;
  throw Error(ErrorKind::usage, flag + " needs a SOURCE, and none was given",
              fmt::format("a file already has its weights: leave {} out", flag));
}

std::vector<std::string> output_names_of(const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects) {
    if (subject.manifest && !subject.manifest->output_names.empty())
      return subject.manifest->output_names;
  }
  return {};
}

CaptureMode structure_of(const std::vector<Subject>& subjects) {
  const bool traced = std::ranges::any_of(subjects, [](const Subject& subject) {
    return subject.manifest && subject.manifest->capture_mode == CaptureMethod::trace;
  });
  return traced ? CaptureMode::trace : CaptureMode::automatic;
}

bool has_numeric_settings(const ArmSettings& settings) {
  const ArmTuning& tuning = settings.tuning;
  return settings.compile || !settings.runtime.empty() || tuning.onednn_graph || tuning.precision ||
         tuning.fusion;
}

Reference reference_from(const std::vector<Subject>& subjects, const ModelInputs& inputs,
                         const ToleranceOptions& tolerance, const std::string& method) {
  return {.subject = subjects.front(),
          .inputs = inputs,
          .structure = structure_of(subjects),
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
  const EagerResult made = eager_step(session, reference.inputs,
                                      {.source = candidate.source.value_or(SourceSpec{}),
                                       .file = candidate.source ? std::string() : candidate.text,
                                       .mode = reference.structure,
                                       .inputs_from = reference.tensors,
                                       .settings = candidate.settings,
                                       .export_folder = candidate.folder,
                                       .tensors_path = outputs.path()});
  const std::string reason = tuning_reason_in(made.warnings);
  // Without its tuning the candidate ran in float32, so the wider tolerance of bf16 does not apply.
  if (!reason.empty()) comparison.settings.tuning.precision.reset();
  comparison.candidate_tensors = outputs.path();
  return {.result = verify_step(session, comparison), .tuning_reason = reason};
}

}  // namespace tsctl
