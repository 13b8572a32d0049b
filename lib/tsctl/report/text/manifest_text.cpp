#include "tsctl/report/text/manifest_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/manifest.h"
#include "tsctl/report/json/json.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr std::size_t kTitle = 14;  // as wide as the titles of the summary above it

std::string entry(const std::string& title, const std::string& text) {
  if (text.empty()) return {};
  return "  " + title + std::string(kTitle - std::min(kTitle, title.size()), ' ') + text + "\n";
}

std::string source_text(const Manifest& manifest) {
  std::string text = manifest.source;
  if (!manifest.kwargs_json.empty()) text += " with --kwargs " + manifest.kwargs_json;
  if (manifest.capture_mode) text += ", captured by " + name_of(*manifest.capture_mode);
  if (!manifest.adapter.empty()) text += fmt::format(" ({})", manifest.adapter);
  return text;
}

std::string weights_text(const Manifest& manifest) {
  if (manifest.source.empty()) return {};
  if (!manifest.weights.empty()) return manifest.weights;
  return fmt::format("made by the model itself, seed {}", manifest.inputs.seed);
}

// "net.py 1b2c3d4e5f60, w.safetensors 9f8e7d6c5b4a": the beginning of each digest.
std::string files_text(const Manifest& manifest) {
  constexpr std::size_t kShownDigits = 12;
  std::vector<std::string> files;
  for (const ManifestFile& file : manifest.files)
    files.push_back(file.path + " " + file.sha256.substr(0, kShownDigits));
  return joined(files, ", ");
}

std::string op_libraries_text(const Manifest& manifest) {
  std::vector<std::string> paths;
  for (const OpLibrary& library : manifest.op_libraries) paths.push_back(library.path);
  return joined(paths, ", ");
}

std::string inputs_text(const InputPlan& plan) {
  if (!plan.file.empty()) return "--inputs " + plan.file;
  return joined(plan.specs, ", ");
}

std::string dims_text(const InputPlan& plan) {
  std::string text = joined(plan.dims, ", ");
  if (!plan.bench_dims.empty()) text += ", timed at " + plan.bench_dims;
  if (!plan.batch_dim.empty()) text += ", batch " + plan.batch_dim;
  return text;
}

// The names of the sizes with that status, a dimension once.
std::string sizes_text(const Manifest& manifest, SizeStatus status) {
  std::vector<std::string> names;
  for (const SizeGenerality& size : manifest.generality) {
    if (size.status != status) continue;
    std::string name =
        size.dim.empty() ? fmt::format("{} axis {}", size.input, size.axis) : size.dim;
    if (status == SizeStatus::fixed) name += fmt::format(" at {}", size.captured_with);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return joined(names, ", ");
}

std::string verified_text(const Manifest& manifest) {
  std::vector<std::string> sets = manifest.checked_sets;
  std::erase(sets, "");
  if (sets.empty()) return manifest.checked_sets.empty() ? "" : "the one input set";
  return fmt::format("{}: {}", counted(std::ssize(sets), "input set"), joined(sets, "; "));
}

std::string step_text(const ManifestStep& step) {
  std::string text =
      fmt::format("{} (tsctl {}, torch {})", step.command, step.tsctl_version, step.torch_version);
  if (!step.passes.empty()) text += ": " + joined(step.passes, ", ");
  if (!step.preserved.empty()) text += "; preserved " + joined(step.preserved, ", ");
  if (step.keeps_heap) text += "; makes glibc keep freed memory";
  if (step.debug_stripped) text += "; without debug records";
  if (step.verification) {
    text += fmt::format("; outputs same as {} on {}",
                        step.verification->reference == "eager" ? "eager's" : "the input file's",
                        counted(std::ssize(step.verification->sets), "input set"));
  }
  return text;
}

std::string text_from_manifest(const Manifest& manifest) {
  std::string text = "\nstored by tsctl\n";
  text += entry("source", source_text(manifest)) + entry("weights", weights_text(manifest)) +
          entry("made from", files_text(manifest)) +
          entry("operators", op_libraries_text(manifest)) +
          entry("inputs", inputs_text(manifest.inputs)) +
          entry("dimensions", dims_text(manifest.inputs)) +
          entry("outputs", joined(manifest.output_names, ", ")) +
          entry("verified on", verified_text(manifest)) +
          entry("general in", sizes_text(manifest, SizeStatus::general)) +
          entry("fixed", sizes_text(manifest, SizeStatus::fixed)) +
          entry("not checked", joined(manifest.not_checked, "; ")) +
          entry("accepted", joined(manifest.accepted_branches, ", "));
  for (std::size_t i = 0; i < manifest.steps.size(); ++i)
    text += entry(i == 0 ? "steps" : "", step_text(manifest.steps[i]));
  return text;
}

}  // namespace

std::string manifest_text(const std::string& json) {
  if (json.empty()) return {};
  try {
    return text_from_manifest(from_json_text<Manifest>(json));
  } catch (const Error& error) {
    return fmt::format("\nstored by tsctl\n  the manifest cannot be read: {}\n", error.what());
  }
}

}  // namespace tsctl
