#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/model_request.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The jobs that Python does besides "capture". Each request has the keys that python/tsctl_capture reads.

// Job "eager": runs the SOURCE eagerly, or through torch.compile, and writes a tensor file with inputs and outputs.
struct EagerRequest {
  ModelRequest model = {};
  CaptureMode mode = CaptureMode::automatic;  // trace: outputs in the structure that a trace gives
  ArmSettings settings = {};
  std::string tensors_path = {};  // where inputs and outputs go
};

template <typename Visitor>
void visit_fields(Visitor& visit, EagerRequest& value) {
  visit("model", value.model);
  visit("mode", value.mode);
  visit("settings", value.settings);
  visit("tensors_path", value.tensors_path);
}

// Job "runtime": the same in the settings' runtime, for which the SOURCE, or a file in its place, is exported first.
struct RuntimeRequest {
  EagerRequest run = {};
  std::string candidate_path = {};  // a TorchScript file in place of the SOURCE
  std::string model_path = {};      // the folder for the exports, one file a signature
};

template <typename Visitor>
void visit_fields(Visitor& visit, RuntimeRequest& value) {
  visit("run", value.run);
  visit("candidate_path", value.candidate_path);
  visit("model_path", value.model_path);
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
  ModelRequest model = {};
  int threads = 1;
  ToleranceOptions tolerance = {};
  std::string candidate_path = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LocateRequest& value) {
  visit("model", value.model);
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
