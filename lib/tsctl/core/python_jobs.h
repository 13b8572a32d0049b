#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The jobs that Python does besides "capture". Each request has the keys that python/tsctl_capture reads.

// Job "eager": runs the SOURCE eagerly, or through torch.compile, and writes a tensor file with inputs and outputs.
struct EagerRequest {
  SourceSpec source = {};
  CaptureMode mode = CaptureMode::automatic;  // trace: outputs in the structure that a trace gives
  std::vector<InputSet> sets = {};            // empty when a file gives the inputs
  std::string inputs_file = {};               // --inputs
  std::string inputs_from = {};               // or a tensor file whose arguments are used
  std::uint64_t seed = 0;
  std::string device = "cpu";
  ArmSettings settings = {};
  std::string tensors_path = {};  // where inputs and outputs go
};

template <typename Visitor>
void visit_fields(Visitor& visit, EagerRequest& value) {
  visit("source", value.source);
  visit("mode", value.mode);
  visit("sets", value.sets);
  visit("inputs_file", value.inputs_file);
  visit("inputs_from", value.inputs_from);
  visit("seed", value.seed);
  visit("device", value.device);
  visit("settings", value.settings);
  visit("tensors_path", value.tensors_path);
}

// Job "runtime": exports the SOURCE, or the file `candidate_path`, for the settings' runtime, runs it there and writes a
// tensor file.
struct RuntimeRequest {
  SourceSpec source = {};
  std::string candidate_path = {};  // a TorchScript file in place of the SOURCE
  CaptureMode mode = CaptureMode::automatic;
  std::vector<InputSet> sets = {};
  std::string inputs_file = {};
  std::string inputs_from = {};
  std::uint64_t seed = 0;
  std::string device = "cpu";
  ArmSettings settings = {};
  std::string model_path = {};  // the folder for the exports, one file a signature
  std::string tensors_path = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RuntimeRequest& value) {
  visit("source", value.source);
  visit("candidate_path", value.candidate_path);
  visit("mode", value.mode);
  visit("sets", value.sets);
  visit("inputs_file", value.inputs_file);
  visit("inputs_from", value.inputs_from);
  visit("seed", value.seed);
  visit("device", value.device);
  visit("settings", value.settings);
  visit("model_path", value.model_path);
  visit("tensors_path", value.tensors_path);
}

// Of the jobs "eager" and "runtime".
struct EagerResult {
  std::vector<std::string> input_labels = {};  // of the sets that were run
  std::string inputs_sha256 = {};              // of the --inputs file
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, EagerResult& value) {
  visit("input_labels", value.input_labels);
  visit("inputs_sha256", value.inputs_sha256);
  visit("warnings", value.warnings);
}

// Job "locate": finds the first submodule of the file `candidate_path` whose outputs differ from the SOURCE's.
struct LocateRequest {
  SourceSpec source = {};
  std::vector<InputSet> sets = {};
  std::string inputs_file = {};
  std::uint64_t seed = 0;
  std::string device = "cpu";
  int threads = 1;
  ToleranceOptions tolerance = {};
  std::string candidate_path = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LocateRequest& value) {
  visit("source", value.source);
  visit("sets", value.sets);
  visit("inputs_file", value.inputs_file);
  visit("seed", value.seed);
  visit("device", value.device);
  visit("threads", value.threads);
  visit("tolerance", value.tolerance);
  visit("candidate_path", value.candidate_path);
}

struct LocateResult {
  std::optional<SubmoduleDifference> difference = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LocateResult& value) {
  visit("difference", value.difference);
}

// Job "load_inputs": writes a tensor file with the sets of --inputs, without outputs.
struct LoadInputsRequest {
  std::string inputs_file = {};
  std::string tensors_path = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadInputsRequest& value) {
  visit("inputs_file", value.inputs_file);
  visit("tensors_path", value.tensors_path);
}

struct LoadInputsResult {
  std::vector<std::string> input_labels = {};
  std::string inputs_sha256 = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadInputsResult& value) {
  visit("input_labels", value.input_labels);
  visit("inputs_sha256", value.inputs_sha256);
}

}  // namespace tsctl
