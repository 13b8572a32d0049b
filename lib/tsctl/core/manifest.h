#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/capture_result.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// The manifest of a file that tsctl wrote: extra/tsctl/manifest.json. The same inputs and options give the same text in any
// folder and on any day: it has no absolute path, no time and no measured number.

// A file that the model was made from.
struct ManifestFile {
  std::string use = {};   // source, weights, inputs
  std::string path = {};  // of a source below its root, otherwise as given
  std::string sha256 = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ManifestFile& value) {
  visit("use", value.use);
  visit("path", value.path);
  visit("sha256", value.sha256);
}

// The comparison that the outputs of the step's file passed.
struct ManifestVerification {
  std::string reference = {};          // eager, or input: the file that the step began with
  std::vector<std::string> sets = {};  // labels of the input sets
  std::vector<int> calls = {};         // of each set, counted from 1
  double rtol = 0.0;                   // the largest of all outputs
  double atol = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ManifestVerification& value) {
  visit("reference", value.reference);
  visit("sets", value.sets);
  visit("calls", value.calls);
  visit("rtol", value.rtol);
  visit("atol", value.atol);
}

struct ManifestStep {
  std::string command = {};  // trace, script, freeze, optimize
  std::string tsctl_version = {};
  std::string torch_version = {};
  std::string input_sha256 = {};         // of the file that freeze or optimize began with
  std::vector<std::string> passes = {};  // that ran
  std::vector<std::string> preserved = {};
  std::vector<PackedLayer> packed_layers = {};
  bool keeps_heap = false;
  bool debug_stripped = false;
  std::optional<ManifestVerification> verification = {};  // of the last step of a command
};

template <typename Visitor>
void visit_fields(Visitor& visit, ManifestStep& value) {
  visit("command", value.command);
  visit("tsctl_version", value.tsctl_version);
  visit("torch_version", value.torch_version);
  visit("input_sha256", value.input_sha256);
  visit("passes", value.passes);
  visit("preserved", value.preserved);
  visit("packed_layers", value.packed_layers);
  visit("keeps_heap", value.keeps_heap);
  visit("debug_stripped", value.debug_stripped);
  visit("verification", value.verification);
}

// A shared library whose operators the file uses.
struct OpLibrary {
  std::string path =
      {};  // in a manifest from the folder of the model, or "torchvision/_C.so" in the chosen Python
  std::string sha256 = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpLibrary& value) {
  visit("path", value.path);
  visit("sha256", value.sha256);
}

struct Manifest {
  std::string schema = "tsctl.manifest/1";
  std::string source = {};          // SOURCE as given
  std::string kwargs_json = {};     // --kwargs that it was built with
  std::string weights = {};         // --weights; empty for those that the class draws
  std::string weights_path = {};    // from the folder of the model
  std::string weights_sha256 = {};  // of a file; empty for a folder
  std::vector<ManifestFile> files = {};
  std::vector<OpLibrary> op_libraries = {};
  std::string class_name = {};
  std::optional<CaptureMethod> capture_mode = {};
  std::string adapter = {};
  std::string torch_version = {};
  std::string python_version = {};
  InputPlan inputs = {};
  std::vector<ForwardParameter> parameters = {};
  std::vector<std::string> output_names = {};
  std::string input_structure = {};
  std::string output_structure = {};
  std::vector<SizeGenerality> generality = {};
  std::vector<std::string> accepted_branches = {};  // decisions by values that the file keeps
  std::vector<std::string> checked_sets = {};
  std::vector<std::string> not_checked = {};
  std::vector<ManifestStep> steps = {};

  // Whether loading the file makes glibc keep freed memory: the last step decided.
  bool keeps_heap() const { return !steps.empty() && steps.back().keeps_heap; }
};

template <typename Visitor>
void visit_fields(Visitor& visit, Manifest& value) {
  visit("schema", value.schema);
  visit("source", value.source);
  visit("kwargs_json", value.kwargs_json);
  visit("weights", value.weights);
  visit("weights_path", value.weights_path);
  visit("weights_sha256", value.weights_sha256);
  visit("files", value.files);
  visit("op_libraries", value.op_libraries);
  visit("class_name", value.class_name);
  visit("capture_mode", value.capture_mode);
  visit("adapter", value.adapter);
  visit("torch_version", value.torch_version);
  visit("python_version", value.python_version);
  visit("inputs", value.inputs);
  visit("parameters", value.parameters);
  visit("output_names", value.output_names);
  visit("input_structure", value.input_structure);
  visit("output_structure", value.output_structure);
  visit("generality", value.generality);
  visit("accepted_branches", value.accepted_branches);
  visit("checked_sets", value.checked_sets);
  visit("not_checked", value.not_checked);
  visit("steps", value.steps);
}

// Where the manifest lives in an archive, below its top folder.
inline constexpr const char* kManifestRecord = "extra/tsctl/manifest.json";

}  // namespace tsctl
