#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

// Job "compare": run a file on the calls of a reference tensor file and compare, or, with
// `candidate_tensors`, compare outputs that something else (eager) already produced.
struct VerifyRequest {
  std::string model_path = {};
  std::string candidate_tensors = {};
  std::string reference_tensors = {};  // calls with outputs
  std::string method = "forward";
  std::string device = "cpu";
  ArmSettings settings = {};
  ToleranceOptions tolerance = {};
  std::vector<std::string> output_names =
      {};  // the user's, in the leaves' order; used if there is one for each
};

template <typename Visitor>
void visit_fields(Visitor& visit, VerifyRequest& value) {
  visit("model_path", value.model_path);
  visit("candidate_tensors", value.candidate_tensors);
  visit("reference_tensors", value.reference_tensors);
  visit("method", value.method);
  visit("device", value.device);
  visit("settings", value.settings);
  visit("tolerance", value.tolerance);
  visit("output_names", value.output_names);
}

struct OutputComparison {
  std::string output = {};  // leaf name: out.logits
  std::string status = {};  // same, differ
  std::string reason = {};  // structure, dtype, shape, values, nan, raised; empty for same
  std::string detail = {};  // in words: "expected float32 [8, 10], got float32 [1, 10]"
  std::string dtype = {};
  std::vector<std::int64_t> shape = {};
  double rtol = 0.0;
  double atol = 0.0;
  double max_abs = 0.0;
  double max_rel = 0.0;
  double max_abs_to_peak = 0.0;
  std::vector<std::int64_t> index =
      {};  // where max_abs is, or the first mismatch that is not finite
  std::optional<double> reference_value = {};
  std::optional<double> candidate_value = {};
  std::optional<double> would_pass_rtol = {};
  std::int64_t mismatched = 0;
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OutputComparison& value) {
  visit("output", value.output);
  visit("status", value.status);
  visit("reason", value.reason);
  visit("detail", value.detail);
  visit("dtype", value.dtype);
  visit("shape", value.shape);
  visit("rtol", value.rtol);
  visit("atol", value.atol);
  visit("max_abs", value.max_abs);
  visit("max_rel", value.max_rel);
  visit("max_abs_to_peak", value.max_abs_to_peak);
  visit("index", value.index);
  visit("reference_value", value.reference_value);
  visit("candidate_value", value.candidate_value);
  visit("would_pass_rtol", value.would_pass_rtol);
  visit("mismatched", value.mismatched);
  visit("count", value.count);
}

// One call of one input set: the outputs that differ most.
struct CallComparison {
  std::string set = {};
  int call = 1;  // counted from 1
  std::string status = {};
  std::vector<OutputComparison> outputs = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CallComparison& value) {
  visit("set", value.set);
  visit("call", value.call);
  visit("status", value.status);
  visit("outputs", value.outputs);
}

// The innermost submodule of a file whose outputs differ from eager's for the same inputs.
struct SubmoduleDifference {
  std::string path = {};  // empty if none was found; `reason` says why then
  std::string class_name = {};
  std::string set = {};  // label of the input set
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SubmoduleDifference& value) {
  visit("path", value.path);
  visit("class_name", value.class_name);
  visit("set", value.set);
  visit("reason", value.reason);
}

struct VerifyResult {
  std::string reference = {};  // label
  std::string candidate = {};  // label
  std::string status = {};     // same, differ
  std::vector<int> calls_checked = {};
  std::vector<CallComparison> calls = {};
  double max_abs = 0.0;  // over everything
  double max_abs_to_peak = 0.0;
  std::optional<double> would_pass_rtol = {};
  std::optional<SubmoduleDifference> first_submodule = {};  // of outputs that differ from a SOURCE
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, VerifyResult& value) {
  visit("reference", value.reference);
  visit("candidate", value.candidate);
  visit("status", value.status);
  visit("calls_checked", value.calls_checked);
  visit("calls", value.calls);
  visit("max_abs", value.max_abs);
  visit("max_abs_to_peak", value.max_abs_to_peak);
  visit("would_pass_rtol", value.would_pass_rtol);
  visit("first_submodule", value.first_submodule);
  visit("warnings", value.warnings);
}

// Job "run": outputs of a file on the calls of a tensor file, written as another.
struct RunRequest {
  std::string model_path = {};
  std::string inputs_tensors = {};
  std::string outputs_tensors = {};
  std::string method = "forward";
  std::string device = "cpu";
  ArmSettings settings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RunRequest& value) {
  visit("model_path", value.model_path);
  visit("inputs_tensors", value.inputs_tensors);
  visit("outputs_tensors", value.outputs_tensors);
  visit("method", value.method);
  visit("device", value.device);
  visit("settings", value.settings);
}

struct OutputSummary {
  std::string set = {};
  std::string output = {};
  std::string dtype = {};
  std::vector<std::int64_t> shape = {};
  std::optional<double> minimum = {};
  std::optional<double> maximum = {};
  std::optional<double> mean = {};
  std::int64_t nonfinite = 0;
  std::string value = {};  // of a leaf that is no tensor
};

template <typename Visitor>
void visit_fields(Visitor& visit, OutputSummary& value) {
  visit("set", value.set);
  visit("output", value.output);
  visit("dtype", value.dtype);
  visit("shape", value.shape);
  visit("minimum", value.minimum);
  visit("maximum", value.maximum);
  visit("mean", value.mean);
  visit("nonfinite", value.nonfinite);
  visit("value", value.value);
}

struct RunResult {
  std::vector<OutputSummary> outputs = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RunResult& value) {
  visit("outputs", value.outputs);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
