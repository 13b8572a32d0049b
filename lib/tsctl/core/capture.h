#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"

namespace tsctl {

enum class CaptureMode { automatic, trace, script };

// Job "capture": build the module, run eager on every set, capture, compare, save.
struct CaptureRequest {
  SourceSpec source = {};
  CaptureMode mode = CaptureMode::automatic;
  std::vector<InputSet> sets = {};  // drawn from the specs; empty when `inputs_file` is given
  std::vector<ProbeSet> probes = {};
  std::vector<NamedSize> named_sizes = {};
  std::string inputs_file = {};  // --inputs
  std::uint64_t seed = 0;
  std::string device = "cpu";
  int threads = 1;
  std::vector<std::pair<std::string, std::string>> trace_submodules =
      {};  // path, shape of its input ("" = as it is called)
  std::vector<std::string> script_submodules = {};  // paths
  // Refuse a module that follows eager at every declared size but not at others. Otherwise such a module is kept
  // with a check of its inputs' sizes.
  bool require_general = false;
  ToleranceOptions tolerance = {};
  std::string model_path = {};    // where the captured file goes
  std::string tensors_path = {};  // where inputs and eager's outputs go
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureRequest& value) {
  visit("source", value.source);
  visit("mode", value.mode);
  visit("sets", value.sets);
  visit("probes", value.probes);
  visit("named_sizes", value.named_sizes);
  visit("inputs_file", value.inputs_file);
  visit("seed", value.seed);
  visit("device", value.device);
  visit("threads", value.threads);
  visit("trace_submodules", value.trace_submodules);
  visit("script_submodules", value.script_submodules);
  visit("require_general", value.require_general);
  visit("tolerance", value.tolerance);
  visit("model_path", value.model_path);
  visit("tensors_path", value.tensors_path);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureComparison& value) {
  visit("label", value.label);
  visit("probe", value.probe);
  visit("status", value.status);
  visit("reason", value.reason);
  visit("max_abs", value.max_abs);
  visit("max_abs_to_peak", value.max_abs_to_peak);
  visit("eager_s", value.eager_s);
  visit("captured_s", value.captured_s);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureNotice& value) {
  visit("code", value.code);
  visit("text", value.text);
  visit("place", value.place);
  visit("source_line", value.source_line);
  visit("advice", value.advice);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureDiagnosis& value) {
  visit("problem", value.problem);
  visit("file", value.file);
  visit("line", value.line);
  visit("source_line", value.source_line);
  visit("cause", value.cause);
  visit("change", value.change);
  visit("tracing", value.tracing);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, BakedConstant& value) {
  visit("kind", value.kind);
  visit("value", value.value);
  visit("op", value.op);
  visit("place", value.place);
  visit("source_line", value.source_line);
  visit("from", value.from);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureAttempt& value) {
  visit("mode", value.mode);
  visit("status", value.status);
  visit("reason", value.reason);
  visit("detail", value.detail);
  visit("comparisons", value.comparisons);
  visit("warnings", value.warnings);
  visit("diagnosis", value.diagnosis);
  visit("baked", value.baked);
  visit("fixed", value.fixed);
  visit("capture_s", value.capture_s);
  visit("seconds", value.seconds);
}

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

template <typename Visitor>
void visit_fields(Visitor& visit, SizeGenerality& value) {
  visit("input", value.input);
  visit("axis", value.axis);
  visit("dim", value.dim);
  visit("captured_with", value.captured_with);
  visit("tried", value.tried);
  visit("status", value.status);
  visit("reason", value.reason);
  visit("place", value.place);
  visit("source_line", value.source_line);
}

// How one part of the model was captured, in the order of the module tree.
struct SubmoduleCapture {
  std::string path = {};  // "" is the model
  std::string class_name = {};
  std::string mode = {};  // traced, scripted, inside (as what is around it)
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SubmoduleCapture& value) {
  visit("path", value.path);
  visit("class_name", value.class_name);
  visit("mode", value.mode);
  visit("reason", value.reason);
}

// A parameter of the captured forward.
struct ForwardParameter {
  std::string name = {};
  std::string type = {};  // TorchScript's: Tensor, bool, Optional[Tensor]
  bool has_default = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ForwardParameter& value) {
  visit("name", value.name);
  visit("type", value.type);
  visit("has_default", value.has_default);
}

// No way of capturing gave a module.
struct CaptureFailure {
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureFailure& value) {
  visit("message", value.message);
  visit("hint", value.hint);
  visit("detail", value.detail);
}

struct CaptureResult {
  std::string mode = {};    // trace or script
  std::string status = {};  // captured, not_general, or failed (no attempt gave a file)
  std::optional<CaptureFailure> failure = {};
  // Always null; the key stays in the report. A comparison's `first_submodule` holds what locate found.
  std::optional<SubmoduleDifference> difference = {};
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

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureResult& value) {
  visit("mode", value.mode);
  visit("status", value.status);
  visit("failure", value.failure);
  visit("difference", value.difference);
  visit("attempts", value.attempts);
  visit("not_checked", value.not_checked);
  visit("generality", value.generality);
  visit("submodules", value.submodules);
  visit("class_name", value.class_name);
  visit("adapter", value.adapter);
  visit("was_training", value.was_training);
  visit("parameter_count", value.parameter_count);
  visit("parameter_bytes", value.parameter_bytes);
  visit("parameters", value.parameters);
  visit("output_names", value.output_names);
  visit("input_structure", value.input_structure);
  visit("output_structure", value.output_structure);
  visit("input_labels", value.input_labels);
  visit("inputs_sha256", value.inputs_sha256);
  visit("torch_version", value.torch_version);
  visit("python_version", value.python_version);
  visit("build_s", value.build_s);
  visit("eager_s", value.eager_s);
  visit("save_s", value.save_s);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
