#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/input_spec.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/warning.h"

namespace tsctl {

enum class CaptureMode { automatic, trace, script };

// Job "capture": build the module, run eager on every set, capture, compare, save.
// Job "eager" takes the same request, captures nothing and writes only the tensor file.
// Job "load_inputs" writes the tensor file with the sets of --inputs and no outputs.
struct CaptureRequest {
  SourceSpec source = {};
  CaptureMode mode = CaptureMode::automatic;
  std::vector<InputSet> sets = {};  // drawn from the specs; empty when `inputs_file` is given
  std::vector<ProbeSet> probes = {};
  std::string inputs_file = {};  // --inputs
  std::string inputs_from = {};  // a tensor file whose arguments are used instead (job "eager")
  std::uint64_t seed = 0;
  std::string device = "cpu";
  int threads = 1;
  std::vector<std::pair<std::string, std::string>> trace_submodules =
      {};  // path, shape of its input
  ToleranceOptions tolerance = {};
  std::string model_path = {};    // where the captured file goes
  std::string tensors_path = {};  // where inputs and eager's outputs go
};

// Eager against the captured module on one call.
struct CaptureComparison {
  std::string label = {};
  bool probe = false;
  std::string status =
      {};  // same, differ, raised (the captured module did, eager did not), refused (eager did)
  std::string reason = {};  // empty for same
  double max_abs = 0.0;
  double max_abs_to_peak = 0.0;
};

// One of the ways to capture that was tried.
struct CaptureAttempt {
  std::string mode = {};    // trace, script
  std::string status = {};  // kept, not_general, failed
  std::string reason = {};  // why it was not kept
  std::string detail = {};  // several lines: the user's traceback, or the compiler's message
  std::vector<CaptureComparison> comparisons = {};
  std::vector<Warning> warnings = {};  // TracerWarnings, once each, with the user's line
  double seconds = 0.0;
};

// A parameter of the captured forward.
struct ForwardParameter {
  std::string name = {};
  std::string type = {};  // TorchScript's: Tensor, bool, Optional[Tensor]
  bool has_default = false;
};

struct CaptureResult {
  std::string mode = {};    // trace or script; empty for job "eager"
  std::string status = {};  // captured, not_general, or failed (no attempt gave a file)
  std::vector<CaptureAttempt> attempts = {};
  std::vector<std::string> not_checked = {};  // sizes that could not be varied, in words
  std::string class_name = {};                // the user's
  std::string adapter = {};                   // what was wrapped and why; empty if nothing was
  bool was_training = false;                  // eval() changed the mode
  std::int64_t parameter_count = 0;
  std::int64_t parameter_bytes = 0;
  std::vector<ForwardParameter> parameters = {};
  std::vector<std::string> output_names = {};  // leaves: out.logits
  std::vector<std::string> input_labels = {};  // of the sets that were run
  std::string inputs_sha256 = {};              // of the --inputs file
  std::string torch_version = {};
  std::string python_version = {};
  std::vector<Warning> warnings = {};
};

}  // namespace tsctl
