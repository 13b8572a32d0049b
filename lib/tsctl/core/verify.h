#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_tuning.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/warning.h"

namespace tsctl {

// The executor that runs a TorchScript graph: LibTorch's default (profiling), static (no re-specialization:
// an empty fusion strategy), or unoptimized (for debugging).
enum class Executor { standard, fixed, unoptimized };

// Job "compare": run a file on the calls of a reference tensor file and compare, or, with
// `candidate_tensors`, compare outputs that something else (eager) already produced.
struct VerifyRequest {
  std::string model_path = {};
  std::string candidate_tensors = {};
  std::string reference_tensors = {};  // calls with outputs
  std::string method = "forward";
  std::string device = "cpu";
  int threads = 1;
  Executor executor = Executor::standard;
  ArmTuning tuning = {};
  ToleranceOptions tolerance = {};
  std::vector<std::string> output_names =
      {};  // the user's, in the leaves' order; used if there is one for each
};

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

// One call of one input set: the outputs that differ most.
struct CallComparison {
  std::string set = {};
  int call = 1;  // counted from 1
  std::string status = {};
  std::vector<OutputComparison> outputs = {};
};

// The innermost submodule of a file that answers otherwise than eager's for the same inputs.
struct SubmoduleDifference {
  std::string path = {};  // empty if none was found; `reason` says why then
  std::string class_name = {};
  std::string set = {};  // label of the input set
  std::string reason = {};
};

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

// Job "run": outputs of a file on the calls of a tensor file, written as another.
struct RunRequest {
  std::string model_path = {};
  std::string inputs_tensors = {};
  std::string outputs_tensors = {};
  std::string method = "forward";
  std::string device = "cpu";
  int threads = 1;
  Executor executor = Executor::standard;
};

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

struct RunResult {
  std::vector<OutputSummary> outputs = {};
  std::vector<Warning> warnings = {};
};

}  // namespace tsctl
