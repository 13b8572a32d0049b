#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/arm_tuning.h"
#include "tsctl/core/input_spec.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/verify.h"
#include "tsctl/core/warning.h"

namespace tsctl {

enum class CaptureMode { automatic, trace, script };

// Job "capture": build the module, run eager on every set, capture, compare, save.
// Job "eager" takes the same request, captures nothing and writes only the tensor file.
// Job "locate" finds the submodule of `candidate_path` that first answers otherwise than the source's.
// Job "load_inputs" writes the tensor file with the sets of --inputs and no outputs.
struct CaptureRequest {
  SourceSpec source = {};
  CaptureMode mode = CaptureMode::automatic;
  std::vector<InputSet> sets = {};  // drawn from the specs; empty when `inputs_file` is given
  std::vector<ProbeSet> probes = {};
  std::vector<NamedSize> named_sizes = {};
  std::string inputs_file = {};  // --inputs
  std::string inputs_from = {};  // a tensor file whose arguments are used instead (job "eager")
  std::uint64_t seed = 0;
  std::string device = "cpu";
  int threads = 1;
  std::vector<std::pair<std::string, std::string>> trace_submodules =
      {};  // path, shape of its input ("" = as it is called)
  std::vector<std::string> script_submodules = {};  // paths
  // A module that follows eager at every declared size, but not at others, is kept with a check of its inputs'
  // sizes; not so if this is set.
  bool require_general = false;
  ToleranceOptions tolerance = {};
  bool compile = false;  // job "eager": through torch.compile
  // Job "runtime": onnxruntime or openvino, which gets the source, or the file `candidate_path`, exported into the
  // folder `model_path`, one file a set.
  std::string runtime = {};
  ArmTuning tuning = {};            // of the jobs "eager" and "runtime"
  std::string candidate_path = {};  // the file that is held against the source (job "locate")
  std::string model_path = {};      // where the captured file goes
  std::string tensors_path = {};    // where inputs and eager's outputs go
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
  double eager_s = 0.0;     // what the call cost eager, copies included
  double captured_s = 0.0;  // likewise the captured module, in the plain executor
};

// What torch said while it traced or compiled, once each.
struct CaptureNotice {
  // branch_decided, value_baked_in, length_taken, constant_tensor, mismatch, nondeterminism, or tracer_warning for
  // one of another kind; capture_warning when the tracer did not say it.
  std::string code = {};
  std::string text = {};         // one line with the place
  std::string place = {};        // net.py:12, of the user's code
  std::string source_line = {};  // what stands there
  std::string advice = {};       // what to write instead; empty if unknown
};

// Why TorchScript's compiler refuses the user's code.
struct CaptureDiagnosis {
  std::string problem = {};  // its entry in docs/capture-problems
  std::string file = {};
  int line = 0;
  std::string source_line = {};
  std::string cause = {};
  std::string change = {};   // the smallest change, as code
  std::string tracing = {};  // whether tracing would do; empty if unknown
};

// Something of the example that became a constant of the graph where the user's code takes it from a tensor.
struct BakedConstant {
  std::string kind = {};   // device, dtype
  std::string value = {};  // cpu, float32
  std::string op = {};     // aten::zeros
  std::string place = {};
  std::string source_line = {};
  std::string from =
      {};  // "tensor" when the line takes it from one, "code" when it is written there
};

// One of the ways to capture that was tried.
struct CaptureAttempt {
  std::string mode = {};    // trace, script
  std::string status = {};  // kept, not_general, failed
  std::string reason = {};  // why it was not kept
  std::string detail = {};  // several lines: the user's traceback, or the compiler's message
  std::vector<CaptureComparison> comparisons = {};
  std::vector<CaptureNotice> warnings = {};
  std::optional<CaptureDiagnosis> diagnosis = {};
  std::vector<BakedConstant> baked = {};
  std::vector<std::string> fixed = {};  // arguments that a trace keeps as they were, in words
  double capture_s = 0.0;               // tracing or compiling alone
  double seconds = 0.0;                 // with the comparisons
};

// What is known of one size of an input.
struct SizeGenerality {
  std::string input = {};  // name of the parameter
  std::int64_t axis = 0;
  std::string dim = {};  // of --dim; empty for a plain number
  std::int64_t captured_with = 0;
  std::vector<std::int64_t> tried = {};  // other sizes at which the captured module follows eager
  // general; fixed (it follows eager at captured_with only); refused (eager takes no other size); not_tried.
  std::string status = {};
  std::string reason = {};  // of fixed: how it differs
  std::string place = {};   // of fixed: the line that takes the size, model.py:41, if it was found
  std::string source_line = {};
};

// How one part of the model was captured, in the order of the module tree.
struct SubmoduleCapture {
  std::string path = {};  // "" is the model
  std::string class_name = {};
  std::string mode = {};  // traced, scripted, inside (as what is around it)
  std::string reason = {};
};

// A parameter of the captured forward.
struct ForwardParameter {
  std::string name = {};
  std::string type = {};  // TorchScript's: Tensor, bool, Optional[Tensor]
  bool has_default = false;
};

// No way of capturing gave a module.
struct CaptureFailure {
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

struct CaptureResult {
  std::string mode = {};    // trace or script; empty for job "eager"
  std::string status = {};  // captured, not_general, or failed (no attempt gave a file)
  std::optional<CaptureFailure> failure = {};
  std::optional<SubmoduleDifference> difference = {};  // of job "locate"
  std::vector<CaptureAttempt> attempts = {};
  std::vector<std::string> not_checked = {};  // sizes that could not be varied, in words
  std::vector<SizeGenerality> generality = {};
  std::vector<SubmoduleCapture> submodules = {};  // of mixed capture
  std::string class_name = {};                    // the user's
  std::string adapter = {};                       // what was wrapped and why; empty if nothing was
  bool was_training = false;                      // eval() changed the mode
  std::int64_t parameter_count = 0;
  std::int64_t parameter_bytes = 0;
  std::vector<ForwardParameter> parameters = {};
  std::vector<std::string> output_names = {};  // leaves: out.logits
  std::string input_structure = {};            // "(tensor, dict{mask: tensor})"
  std::string output_structure = {};           // eager's: "dict{logits: tensor}"
  std::vector<std::string> input_labels = {};  // of the sets that were run
  std::string inputs_sha256 = {};              // of the --inputs file
  std::string torch_version = {};
  std::string python_version = {};
  double build_s = 0.0;  // importing the user's code and building the model
  double eager_s = 0.0;  // eager on the declared sets and probes
  double save_s = 0.0;
  std::vector<Warning> warnings = {};
};

}  // namespace tsctl
