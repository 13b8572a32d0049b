#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

// The calls of an input set that are compared. The profiling executor compiles at the second and third call of a
// shape; the tenth call represents all later ones.
inline constexpr int kComparedCalls[] = {1, 2, 3, 10};
// After this time, call 10 of an input set, or the other sets of a packed kernel, are not compared.
inline constexpr double kSlowCalls_s = 10.0;
// The seed of random numbers at the first call of every input set.
inline constexpr std::uint64_t kCallSeed = 0;

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
  double slow_calls_s = kSlowCalls_s;
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
  visit("slow_calls_s", value.slow_calls_s);
}

enum class Match { same, differ };

constexpr auto names_of(Match) {
  using enum Match;
  return std::to_array<Named<Match>>({{same, "same"}, {differ, "differ"}});
}

enum class DifferenceReason { structure, dtype, shape, values, nan, raised };

constexpr auto names_of(DifferenceReason) {
  using enum DifferenceReason;
  return std::to_array<Named<DifferenceReason>>({{structure, "structure"},
                                                 {dtype, "dtype"},
                                                 {shape, "shape"},
                                                 {values, "values"},
                                                 {nan, "nan"},
                                                 {raised, "raised"}});
}

struct OutputComparison {
  std::string output = {};
  Match status = Match::same;
  std::optional<DifferenceReason> reason = {};
  std::string detail = {};
  std::string dtype = {};
  std::vector<std::int64_t> shape = {};
  double rtol = 0.0;
  double atol = 0.0;
  double max_abs = 0.0;
  double max_rel = 0.0;
  double max_abs_to_peak = 0.0;
  std::vector<std::int64_t> index = {};
  std::optional<double> reference_value = {};
  std::optional<double> candidate_value = {};
  std::optional<double> would_pass_rtol = {};
  std::int64_t mismatched = 0;
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OutputComparison& value) {
  visit("output", value.output, "The name of the output, such as out.logits");
  visit("status", value.status, "Whether the output is within its tolerance");
  visit("reason", value.reason,
        "What differs: raised where the candidate raised and the reference did not; empty where "
        "the status is same");
  visit("detail", value.detail, "The difference in words");
  visit("dtype", value.dtype, "The dtype of the reference; empty where there is no tensor");
  visit("shape", value.shape, "The shape of the reference");
  visit("rtol", value.rtol,
        "The relative tolerance that held: |difference| <= atol + rtol * max|reference|");
  visit("atol", value.atol, "The absolute tolerance that held");
  visit("max_abs", value.max_abs, "The largest absolute difference");
  visit("max_rel", value.max_rel, "The largest difference relative to its own reference value");
  visit("max_abs_to_peak", value.max_abs_to_peak,
        "The largest difference relative to the largest reference value");
  visit("index", value.index,
        "Where the largest difference is, or the first mismatch that is not finite");
  visit("reference_value", value.reference_value,
        "The reference's value there; null for NaN and Inf");
  visit("candidate_value", value.candidate_value,
        "The candidate's value there; null for NaN and Inf");
  visit("would_pass_rtol", value.would_pass_rtol,
        "The smallest rtol that passes; null if none does");
  visit("mismatched", value.mismatched,
        "Elements beyond the tolerance; a complex number counts as two");
  visit("count", value.count, "All elements");
}

// One call of one input set: the outputs that differ most.
struct CallComparison {
  std::string set = {};
  std::string kernel = {};
  int call = 1;
  Match status = Match::same;
  std::vector<OutputComparison> outputs = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CallComparison& value) {
  visit("set", value.set, "The label of the input set");
  visit("kernel", value.kernel,
        "The kernel that all packed layers ran; empty where each ran the one that it chose");
  visit("call", value.call, "The number of the call, counted from 1");
  visit("status", value.status, "Whether all outputs of the call are within their tolerance");
  visit("outputs", value.outputs, "The outputs that differ most come first; 16 at most");
}

// A file with packed layers, compared while every layer that has this kernel runs it.
struct KernelComparison {
  std::string kernel = {};
  std::int64_t layers = 0;
  Match status = Match::same;
  double max_abs_to_peak = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, KernelComparison& value) {
  visit("kernel", value.kernel, "The kernel: plain, mkl, onednn, linear, onednn linear");
  visit("layers", value.layers, "How many packed layers ran it");
  visit("status", value.status, "Whether all outputs are within their tolerance");
  visit("max_abs_to_peak", value.max_abs_to_peak,
        "The largest difference relative to the largest reference value of its output");
}

// The innermost submodule of a file whose outputs differ from eager's for the same inputs.
struct SubmoduleDifference {
  std::string path = {};
  std::string class_name = {};
  std::string set = {};
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SubmoduleDifference& value) {
  visit("path", value.path, "The innermost submodule that differs; empty if none was found");
  visit("class_name", value.class_name, "The class of the submodule");
  visit("set", value.set, "The label of the input set");
  visit("reason", value.reason, Field("How it differs, or why none was found").not_empty());
}

struct VerifyResult {
  std::string reference = {};
  std::string candidate = {};
  Match status = Match::same;
  std::vector<int> calls_checked = {};
  std::vector<CallComparison> calls = {};
  double max_abs = 0.0;
  double max_abs_to_peak = 0.0;
  std::optional<double> would_pass_rtol = {};
  std::vector<KernelComparison> kernels = {};
  std::optional<SubmoduleDifference> first_submodule = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, VerifyResult& value) {
  visit("reference", value.reference, "The label of the reference");
  visit("candidate", value.candidate, "The label of the candidate");
  visit("status", value.status, "Whether all outputs of all calls are within their tolerance");
  visit("calls_checked", value.calls_checked, "Which calls were compared, counted from 1");
  visit("calls", value.calls,
        "Of each input set the first call, and every other call that differs");
  visit("max_abs", value.max_abs, "The largest absolute difference of all outputs");
  visit("max_abs_to_peak", value.max_abs_to_peak,
        "The largest difference relative to the largest reference value of its output");
  visit("would_pass_rtol", value.would_pass_rtol,
        "The smallest rtol that passes everywhere; null if none does");
  visit("kernels", value.kernels,
        "Of a file with packed layers: the comparison with each kernel that they can choose");
  visit("first_submodule", value.first_submodule,
        "Where the outputs of a file differ from those of a SOURCE: the first submodule that "
        "differs");
  visit("warnings", value.warnings, "About the comparison");
}

// Job "run": outputs of a file on the calls of a tensor file, written as another.
struct RunRequest {
  std::string model_path = {};
  std::string inputs_tensors = {};
  std::string outputs_tensors = {};
  std::string method = "forward";
  std::string device = "cpu";
  ArmSettings settings = {};
  // If the outputs change from call to call, write those of every call that is compared (kComparedCalls).
  bool every_call = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, RunRequest& value) {
  visit("every_call", value.every_call);
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
  std::string value = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, OutputSummary& value) {
  visit("set", value.set, "The label of the input set");
  visit("output", value.output, "The name of the output");
  visit("dtype", value.dtype, "The dtype; empty where there is no tensor");
  visit("shape", value.shape, "The shape");
  visit("minimum", value.minimum, "The smallest finite element");
  visit("maximum", value.maximum, "The largest finite element");
  visit("mean", value.mean, "The mean of the finite elements");
  visit("nonfinite", value.nonfinite, "How many elements are NaN or Inf");
  visit("value", value.value, "The value of an output that is not a tensor");
}

struct RunResult {
  std::vector<OutputSummary> outputs = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, RunResult& value) {
  visit("outputs", value.outputs, "Every output of every call");
  visit("warnings", value.warnings, "About the run");
}

}  // namespace tsctl
