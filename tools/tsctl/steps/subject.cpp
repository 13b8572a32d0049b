#include "steps/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "steps/manifest.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/moving_path.h"

namespace tsctl {

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

std::vector<ReadFile> files_of(const std::vector<Subject>& subjects, const ModelInputs& inputs) {
  std::vector<ReadFile> files;
  for (const Subject& subject : subjects) {
    files.push_back({FileUse::model, subject.text});
    for (ReadFile& file : files_of(subject.source.value_or(SourceSpec{}), inputs))
      files.push_back(std::move(file));
  }
  return files;
}

std::vector<std::string> texts_of(const std::vector<Subject>& subjects) {
  std::vector<std::string> texts;
  for (const Subject& subject : subjects) texts.push_back(subject.text);
  return texts;
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

void complete_sources(CommandSession& session, std::vector<Subject>& subjects) {
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

}  // namespace tsctl
