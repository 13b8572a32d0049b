#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/capture_vocabulary.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The comparison of eager mode and the captured module on one call.
struct CaptureComparison {
  std::string label = {};
  bool probe = false;
  CallOutcome status = CallOutcome::same;
  std::string reason = {};
  double max_abs = 0.0;
  double max_abs_to_peak = 0.0;
  double eager_s = 0.0;
  double captured_s = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureComparison& value) {
  visit("label", value.label, "The label of the input set or probe");
  visit("probe", value.probe, "A size was varied that no --dim varies");
  visit("status", value.status, "Whether the captured module follows eager");
  visit("reason", value.reason, "How it differs; empty for same");
  visit("max_abs", value.max_abs, "The largest absolute difference");
  visit("max_abs_to_peak", value.max_abs_to_peak,
        "The largest difference relative to the largest reference value");
  visit("eager_s", value.eager_s,
        Field("Seconds of the call in eager, with copies").at_least(0).finite());
  visit("captured_s", value.captured_s,
        Field("Seconds of the call of the captured module, with copies").at_least(0).finite());
}

// A message of torch during tracing or compiling; each is listed once.
struct CaptureNotice {
  NoticeCode code = NoticeCode::capture_warning;
  std::string text = {};
  std::string place = {};
  std::string source_line = {};
  std::string advice = {};
  std::optional<DecidedBy> decided_by = {};
  std::vector<std::string> inputs = {};
  bool accepted = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureNotice& value) {
  visit("code", value.code, "What the notice is about");
  visit("text", value.text, Field("One line with the place").not_empty());
  visit("place", value.place, "The line of the user's code: net.py:12");
  visit("source_line", value.source_line, "The text of that line");
  visit("advice", value.advice, "What to write instead; empty if unknown");
  visit("decided_by", value.decided_by,
        "What the decision of the trace depends on; empty for other messages");
  visit("inputs", value.inputs, "Of values: the inputs whose values decide");
  visit("accepted", value.accepted, "--accept-branch names the line");
}

// Why TorchScript's compiler refuses the user's code.
struct CaptureDiagnosis {
  std::string problem = {};
  std::string file = {};
  int line = 0;
  std::string source_line = {};
  std::string cause = {};
  std::string change = {};
  std::string tracing = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureDiagnosis& value) {
  visit("problem", value.problem, Field("The entry in docs/capture-problems.md").not_empty());
  visit("file", value.file, "The file of the user's code");
  visit("line", value.line, "The line, counted from 1");
  visit("source_line", value.source_line, "The text of that line");
  visit("cause", value.cause, Field("Why TorchScript's compiler refuses it").not_empty());
  visit("change", value.change, "The smallest change, as code");
  visit("tracing", value.tracing, "Whether tracing works; empty if unknown");
}

// A device or dtype of the example that became a constant of the graph.
struct BakedConstant {
  BakedKind kind = BakedKind::device;
  std::string value = {};
  std::string op = {};
  std::string place = {};
  std::string source_line = {};
  BakedOrigin from = BakedOrigin::code;
};

template <typename Visitor>
void visit_fields(Visitor& visit, BakedConstant& value) {
  visit("kind", value.kind, "What the trace keeps");
  visit("value", value.value, "Its value, such as cpu or float32");
  visit("op", value.op, "The operator: aten::zeros");
  visit("place", value.place, "The line of the user's code: net.py:12");
  visit("source_line", value.source_line, "The text of that line");
  visit("from", value.from, "Whether the line takes it from a tensor, or the code states it");
}

// One of the ways to capture that was tried.
struct CaptureAttempt {
  CaptureMethod mode = CaptureMethod::trace;
  AttemptStatus status = AttemptStatus::failed;
  std::string reason = {};
  std::string remedy = {};
  std::string detail = {};
  std::vector<CaptureComparison> comparisons = {};
  std::vector<CaptureNotice> warnings = {};
  std::optional<CaptureDiagnosis> diagnosis = {};
  std::vector<BakedConstant> baked = {};
  std::vector<std::string> fixed = {};
  double capture_s = 0.0;
  double seconds = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureAttempt& value) {
  visit("mode", value.mode, "How it captured");
  visit("status", value.status, "Its result");
  visit("reason", value.reason, "Why it was not kept");
  visit("remedy", value.remedy,
        "The one change that lets the whole model be captured in this way, as was tried; empty if "
        "none is known");
  visit("detail", value.detail, "The user's traceback, or the compiler's message");
  visit("comparisons", value.comparisons,
        "The comparison of eager mode and the captured module for each call");
  visit("warnings", value.warnings, "The tracer's and the compiler's messages, once each");
  visit("diagnosis", value.diagnosis, "Why the compiler refused the code; null if it did not");
  visit("baked", value.baked, "Devices and dtypes that the trace keeps");
  visit("fixed", value.fixed, "Arguments that the trace keeps, in words");
  visit("capture_s", value.capture_s,
        Field("Seconds of tracing or compiling alone").at_least(0).finite());
  visit("seconds", value.seconds, "Seconds with the comparisons");
}

// What is known about one size of an input.
struct SizeGenerality {
  std::string input = {};
  std::int64_t axis = 0;
  std::string dim = {};
  std::int64_t captured_with = 0;
  std::vector<std::int64_t> tried = {};
  SizeStatus status = SizeStatus::not_tried;
  std::optional<std::int64_t> up_to = {};
  bool without_one = false;
  std::string reason = {};
  std::string place = {};
  std::string source_line = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SizeGenerality& value) {
  visit("input", value.input, "The name of the parameter");
  visit("axis", value.axis, "The axis");
  visit("dim", value.dim, "The name of its --dim; empty for a plain number");
  visit("captured_with", value.captured_with, "The size of the example");
  visit("tried", value.tried, "Other sizes at which the captured module follows eager");
  visit("status", value.status, "Whether other sizes work");
  visit("up_to", value.up_to,
        "Of general: the largest size that eager mode accepts and at which the module follows it; "
        "null if there is no limit among those tried");
  visit("without_one", value.without_one,
        "Of general: every size that was tried works except 1, which the file refuses");
  visit("reason", value.reason, "Of fixed: how the module differs");
  visit("place", value.place, "Of fixed: the line that takes the size, if it was found");
  visit("source_line", value.source_line, "The text of that line");
}

// How one part of the model was captured, in the order of the module tree.
struct SubmoduleCapture {
  std::string path = {};
  std::string class_name = {};
  SubmoduleMode mode = SubmoduleMode::inside;
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SubmoduleCapture& value) {
  visit("path", value.path, "The path of the part; empty for the model");
  visit("class_name", value.class_name, "The class of the part");
  visit("mode", value.mode, "How it was captured");
  visit("reason", value.reason, "Why it was captured in this way");
}

// A parameter of the captured forward.
struct ForwardParameter {
  std::string name = {};
  std::string type = {};
  bool has_default = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ForwardParameter& value) {
  visit("name", value.name, "The name");
  visit("type", value.type, "The type as TorchScript writes it");
  visit("has_default", value.has_default, "Whether it has a default value");
}

// No way of capturing gave a module.
struct CaptureFailure {
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureFailure& value) {
  visit("message", value.message, Field("One sentence").not_empty());
  visit("hint", value.hint, "What to do");
  visit("detail", value.detail, "Several lines, such as a traceback");
}

// A file of the user's own code that the model was built from.
struct SourceFile {
  std::string path = {};
  std::string sha256 = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SourceFile& value) {
  visit("path", value.path, "The path below the folder that SOURCE is imported from");
  visit("sha256", value.sha256, "Digest of the file");
}

struct CaptureResult {
  std::optional<CaptureMethod> mode = {};
  CaptureStatus status = CaptureStatus::captured;
  std::optional<CaptureFailure> failure = {};
  std::optional<SubmoduleDifference> difference = {};
  std::vector<CaptureAttempt> attempts = {};
  std::vector<std::string> not_checked = {};
  std::vector<SizeGenerality> generality = {};
  std::vector<SubmoduleCapture> submodules = {};
  std::vector<std::string> accepted_branches = {};
  std::string weights = {};
  std::optional<std::uint64_t> weights_seed = {};
  std::string class_name = {};
  std::string adapter = {};
  bool was_training = false;
  std::int64_t parameter_count = 0;
  std::int64_t parameter_bytes = 0;
  std::vector<ForwardParameter> parameters = {};
  std::vector<std::string> output_names = {};
  std::string input_structure = {};
  std::string output_structure = {};
  std::vector<std::string> input_labels = {};
  std::string inputs_sha256 = {};
  std::vector<SourceFile> source_files = {};
  std::string torch_version = {};
  std::string python_version = {};
  double build_s = 0.0;
  double eager_s = 0.0;
  double save_s = 0.0;
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureResult& value) {
  visit("mode", value.mode, "How the kept module was captured; empty where nothing was captured");
  visit("status", value.status, "Whether there is a module, and whether it is general");
  visit("failure", value.failure, "Why no attempt gave a module");
  visit("difference", value.difference, "The first submodule that differs, of the search for it");
  visit("attempts", value.attempts, "Every attempt");
  visit("not_checked", value.not_checked, "Sizes that could not be varied, in words");
  visit("generality", value.generality, "Each axis of each input");
  visit("submodules", value.submodules,
        "How each part was captured, in the order of the module tree; empty where one way captured "
        "all");
  visit("accepted_branches", value.accepted_branches,
        "Lines at which the file keeps what its example decided by values, as --accept-branch "
        "allows");
  visit("weights", value.weights, "The --weights file; empty for weights that the model made");
  visit("weights_seed", value.weights_seed,
        "The seed that such weights were drawn from; null with --weights");
  visit("class_name", value.class_name, "The class of the user's model");
  visit("adapter", value.adapter,
        "What was wrapped around the model and why; empty if nothing was");
  visit("was_training", value.was_training,
        "The model was in training mode and was put into eval mode");
  visit("parameter_count", value.parameter_count, "Elements of all parameters");
  visit("parameter_bytes", value.parameter_bytes, "Bytes of all parameters");
  visit("parameters", value.parameters, "Parameters of the captured forward");
  visit("output_names", value.output_names, "Names of the outputs: out.logits");
  visit("input_structure", value.input_structure,
        "Structure of the user's arguments: (tensor, dict{mask: tensor})");
  visit("output_structure", value.output_structure,
        "Structure of eager's outputs: dict{logits: tensor}");
  visit("input_labels", value.input_labels, "Labels of the input sets that were run");
  visit("inputs_sha256", value.inputs_sha256, "Digest of the --inputs file");
  visit("source_files", value.source_files,
        "The Python files below the folder of SOURCE that were imported, sorted");
  visit("torch_version", value.torch_version, "The version of torch that captured");
  visit("python_version", value.python_version, "The version of Python that captured");
  visit("build_s", value.build_s,
        Field("Seconds to import the user's code and build the model").at_least(0).finite());
  visit("eager_s", value.eager_s,
        Field("Seconds of eager on every input set and probe").at_least(0).finite());
  visit("save_s", value.save_s, Field("Seconds to save the module").at_least(0).finite());
  visit("warnings", value.warnings, "About the capture as a whole");
}

}  // namespace tsctl
