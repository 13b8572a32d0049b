#include "steps/manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

constexpr const char* kExtraFolder = "extra/";
constexpr std::uint64_t kMaxManifestBytes = 1U << 20;
constexpr std::uint64_t kMaxExtraBytes = 1U << 30;

}  // namespace

std::optional<Manifest> read_manifest(const std::string& path) {
  const ZipReader archive(path);
  const ZipRecord* record = archive.find_in_top(kManifestRecord);
  if (record == nullptr) return std::nullopt;
  const std::string text = archive.read(*record, kMaxManifestBytes);
  require_simple_json(text, fmt::format("the manifest of '{}'", path), kMaxManifestValues);
  try {
    return from_json_text<Manifest>(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::input,
                fmt::format("the manifest in '{}' cannot be read: {}", path, error.what()),
                "make the file again with tsctl, or repack it without extra/tsctl to use it "
                "without a manifest");
  }
}

std::vector<NewRecord> read_user_extras(const std::string& path) {
  const ZipReader archive(path);
  std::vector<NewRecord> extras;
  for (const ZipRecord& record : archive.records()) {
    const std::string name(archive.relative_name(record));
    if (!name.starts_with(kExtraFolder) || name == kManifestRecord) continue;
    extras.push_back({.name = name, .bytes = archive.read(record, kMaxExtraBytes)});
  }
  return extras;
}

std::vector<NewRecord> extras_from(const std::vector<std::string>& flags) {
  std::vector<NewRecord> extras;
  for (const std::string& flag : flags) {
    const std::size_t equals = flag.find('=');
    const std::string name = flag.substr(0, equals);
    if (equals == std::string::npos || name.empty() || name.starts_with("tsctl/") ||
        name.starts_with('/') || name.find("..") != std::string::npos) {
      throw Error(ErrorKind::usage,
                  fmt::format("--extra '{}' is not NAME=TEXT or NAME=@FILE", flag),
                  "write --extra version.txt=1.0.0 or --extra config.json=@config.json; names "
                  "below tsctl/ are reserved");
    }
    const std::string value = flag.substr(equals + 1);
    extras.push_back(
        {.name = kExtraFolder + name,
         .bytes = value.starts_with('@') ? bytes_of_file(value.substr(1), "--extra") : value});
  }
  return extras;
}

void attach(const std::string& path, const Manifest& manifest, const std::vector<NewRecord>& kept,
            const std::vector<NewRecord>& added) {
  std::vector<NewRecord> records{{.name = kManifestRecord, .bytes = json_text(manifest)}};
  for (const NewRecord& record : kept) {
    const bool replaced = std::ranges::any_of(
        added, [&](const NewRecord& newer) { return newer.name == record.name; });
    if (!replaced) records.push_back(record);
  }
  records.insert(records.end(), added.begin(), added.end());
  append_records(path, records);
}

Manifest manifest_from(const SourceSpec& source, const ModelInputs& inputs,
                       const CaptureResult& capture) {
  Manifest manifest{.source = source.text};
  manifest.kwargs_json = source.kwargs_json;
  manifest.weights = source.weights;
  manifest.class_name = capture.class_name;
  manifest.capture_mode = capture.mode;
  manifest.adapter = capture.adapter;
  manifest.torch_version = capture.torch_version;
  manifest.python_version = capture.python_version;
  manifest.inputs = inputs.plan;
  manifest.inputs.file_sha256 = capture.inputs_sha256;
  manifest.parameters = capture.parameters;
  manifest.output_names = capture.output_names;
  manifest.input_structure = capture.input_structure;
  manifest.output_structure = capture.output_structure;
  manifest.generality = capture.generality;
  manifest.checked_sets = capture.input_labels;
  manifest.not_checked = capture.not_checked;
  manifest.steps.push_back({.command = name_of(capture.mode),
                            .tsctl_version = kVersion,
                            .torch_version = capture.torch_version});
  return manifest;
}

ManifestStep manifest_step(const std::string& command, const RewriteResult& result,
                           const std::vector<std::string>& preserved) {
  ManifestStep step{.command = command, .tsctl_version = kVersion, .torch_version = kBuiltForTorch};
  for (const PassRecord& pass : result.passes) {
    const bool seen = std::ranges::find(step.passes, pass.pass) != step.passes.end();
    if (pass.status != PassStatus::disabled && !seen) step.passes.push_back(pass.pass);
  }
  step.preserved = preserved;
  step.packed_layers = result.packed_layers;
  step.keeps_heap = result.keeps_heap;
  return step;
}

}  // namespace tsctl
