#include "steps/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "session/op_libraries.h"
#include "tsctl/archive/manifest_text.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/moving_path.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

constexpr const char* kExtraFolder = "extra/";
constexpr std::uint64_t kMaxExtraBytes = 1U << 30;

// Where the --inputs file is now: the first place whose file has the recorded digest, or else has the name. As given if it
// is nowhere. A manifest may name any file, so only bounded, regular ones are read.
std::string found_inputs(const InputPlan& plan, const std::string& model) {
  namespace fs = std::filesystem;
  if (plan.file.empty()) return {};
  const fs::path given = data_file_of(plan.file);
  const std::string function = plan.file.substr(given.native().size());  // with its colon
  for (const fs::path& path : {given, fs::path(model).parent_path() / given.filename(),
                               fs::path(path_beside(model, data_file_of(plan.file_path)))}) {
    if (!is_bounded_file(path.string())) continue;
    if (plan.file_sha256.empty() || sha256_of_file(path) == plan.file_sha256)
      return path.string() + function;
  }
  return plan.file;
}

// What the report says of the files that the model was made from. Of its code it knows the file of SOURCE only.
std::vector<ManifestFile> digests_of(const Report& report, const CaptureResult& capture) {
  std::vector<ManifestFile> files;
  for (const SourceFile& file : capture.source_files)
    files.push_back({name_of(FileUse::source), file.path, file.sha256});
  for (const UsedFile& file : report.files) {
    const bool is_new = file.use == FileUse::source
                            ? capture.source_files.empty()
                            : file.use == FileUse::weights || file.use == FileUse::inputs;
    if (is_new) files.push_back({name_of(file.use), file.path, file.sha256});
  }
  return files;
}

}  // namespace

std::optional<Manifest> read_manifest(const std::string& path) {
  const std::optional<std::string> text = read_manifest_text(ZipReader(path));
  if (!text) return std::nullopt;
  try {
    auto manifest = from_json_text<Manifest>(*text);
    manifest.inputs.file = found_inputs(manifest.inputs, path);
    return manifest;
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

Manifest manifest_from(CommandSession& session, const CaptureOrigin& origin,
                       const CaptureResult& capture) {
  const auto& [source, inputs, model, output] = origin;
  const Report& report = session.report();
  Manifest manifest{.source = source.text};
  manifest.kwargs_json = source.kwargs_json;
  manifest.weights = source.weights;
  if (!source.weights.empty()) manifest.weights_path = path_from(output, source.weights);
  manifest.weights_sha256 = digest_in(report, FileUse::weights, source.weights);
  manifest.files = digests_of(report, capture);
  manifest.op_libraries = op_libraries_to_remember(session, model, output);
  manifest.class_name = capture.class_name;
  manifest.capture_mode = capture.mode;
  manifest.adapter = capture.adapter;
  manifest.torch_version = capture.torch_version;
  manifest.python_version = capture.python_version;
  manifest.inputs = inputs.plan;
  manifest.inputs.file_sha256 = capture.inputs_sha256;
  if (!manifest.inputs.file.empty())
    manifest.inputs.file_path = path_from(output, manifest.inputs.file);
  manifest.parameters = capture.parameters;
  manifest.output_names = capture.output_names;
  manifest.input_structure = capture.input_structure;
  manifest.output_structure = capture.output_structure;
  manifest.generality = capture.generality;
  manifest.accepted_branches = capture.accepted_branches;
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
  for (PackedLayer& layer : step.packed_layers) layer.kernel.clear();  // timed again at each load
  step.keeps_heap = result.keeps_heap;
  return step;
}

std::string digest_in(const Report& report, FileUse use, const std::string& path) {
  const auto found = std::ranges::find_if(
      report.files, [&](const UsedFile& file) { return file.use == use && file.path == path; });
  return found == report.files.end() ? "" : found->sha256;
}

void move_paths(Manifest& manifest, const std::string& model, const std::string& output) {
  if (!manifest.weights_path.empty())
    manifest.weights_path = path_from(output, path_beside(model, manifest.weights_path));
  InputPlan& inputs = manifest.inputs;
  if (inputs.file.empty()) return;
  inputs.file_path = path_from(output, inputs.file);
  inputs.file = inputs.file_path;
}

void record_verification(Manifest& manifest, const VerifyResult& result,
                         const std::string& reference) {
  ManifestVerification verification{.reference = reference, .calls = result.calls_checked};
  for (const CallComparison& call : result.calls) {
    if (std::ranges::find(verification.sets, call.set) == verification.sets.end())
      verification.sets.push_back(call.set);
    for (const OutputComparison& output : call.outputs) {
      verification.rtol = std::max(verification.rtol, output.rtol);
      verification.atol = std::max(verification.atol, output.atol);
    }
  }
  manifest.steps.back().verification = verification;
}

}  // namespace tsctl
