#include "tsctl/engine/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/method_runner.h"
#include "tsctl/engine/output_comparison.h"
#include "tsctl/engine/outputs.h"
#include "tsctl/engine/packed/packed_layers.h"

namespace tsctl {

namespace {

// After these, of a slow file no further call is compared.
constexpr int kFirstCalls = 3;

std::vector<const CallRecord*> calls_with_outputs(const TensorFile& file, const std::string& path) {
  std::vector<const CallRecord*> calls;
  for (const CallRecord& record : file.calls()) {
    if (record.outputs) calls.push_back(&record);
  }
  if (calls.empty()) {
    throw Error(ErrorKind::input, "'" + path + "' holds no outputs to compare with");
  }
  return calls;
}

// Whether the outputs of the reference change from call to call: then it has those of later calls too.
bool changes(const TensorFile& file) { return !file.later_calls().empty(); }

// The outputs to compare one call with: those of that call of the reference, or of the first if all are equal.
Outputs reference_of(const TensorFile& file, const CallRecord& first, int call) {
  for (const CallRecord& record : file.later_calls()) {
    if (record.label == first.label && record.call == call && record.outputs)
      return outputs_from_record(record, file);
  }
  return outputs_from_record(first, file);
}

// The sort key of reports: an output's difference relative to its tolerance.
double severity(const OutputComparison& output) {
  if (output.status == Match::same)
    return output.rtol > 0.0 ? output.max_abs_to_peak / output.rtol : output.max_abs_to_peak;
  return output.reason == DifferenceReason::values ? 1e6 + output.max_abs_to_peak : 1e12;
}

class Collector {
 public:
  explicit Collector(const VerifyRequest& request)
      : request_(request), in_bfloat16_(request.settings.tuning.precision == Precision::bf16) {}

  // The requested precision is unavailable, so the tolerance of float32 applies.
  void expect_float32() { in_bfloat16_ = false; }

  // Adds one call. A call without differences is listed only if it is the first of its set.
  void add(const CallRecord& record, int call, const Outputs& reference, const Outputs& candidate) {
    std::vector<Warning> warnings;
    std::vector<OutputComparison> outputs =
        guarded(ErrorKind::execution, "the outputs could not be compared", [&] {
          return compare_outputs(reference, candidate,
                                 {.tolerance = request_.tolerance, .in_bfloat16 = in_bfloat16_},
                                 request_.output_names, warnings);
        });
    for (Warning& warning : warnings) add_warning(std::move(warning), record.label);
    add_outputs(record.label, call, std::move(outputs));
  }

  void add_raised(const CallRecord& record, int call, const std::string& what) {
    add_outputs(record.label, call,
                {{.output = "out",
                  .status = Match::differ,
                  .reason = DifferenceReason::raised,
                  .detail = what}});
  }

  void add_warning(Warning warning, const std::string& set) {
    if (!warned_.insert(warning.text).second) return;
    if (!set.empty()) warning.text += " (" + set + ")";
    result_.warnings.push_back(std::move(warning));
  }

  // What is added from here on ran with this kernel.
  void begin_kernel(KernelComparison comparison) {
    result_.kernels.push_back(std::move(comparison));
  }

  void add_checked(int call) {
    auto& checked = result_.calls_checked;
    if (std::ranges::find(checked, call) == checked.end()) checked.push_back(call);
  }

  VerifyResult take() {
    if (!would_pass_known_) result_.would_pass_rtol.reset();
    return std::move(result_);
  }

 private:
  void add_outputs(const std::string& set, int call, std::vector<OutputComparison> outputs) {
    add_checked(call);
    const bool differs = std::ranges::any_of(
        outputs, [](const OutputComparison& output) { return output.status == Match::differ; });
    for (const OutputComparison& output : outputs) note_worst(output);
    if (differs) result_.status = Match::differ;
    if (!result_.kernels.empty()) note_kernel(outputs, differs);
    if (!differs && (call != 1 || !result_.kernels.empty())) return;
    std::ranges::stable_sort(outputs,
                             [](const OutputComparison& left, const OutputComparison& right) {
                               return severity(left) > severity(right);
                             });
    if (outputs.size() > kReportedOutputs) outputs.resize(kReportedOutputs);
    result_.calls.push_back({.set = set,
                             .kernel = result_.kernels.empty() ? "" : result_.kernels.back().kernel,
                             .call = call,
                             .status = differs ? Match::differ : Match::same,
                             .outputs = std::move(outputs)});
  }

  void note_kernel(const std::vector<OutputComparison>& outputs, bool differs) {
    KernelComparison& kernel = result_.kernels.back();
    if (differs) kernel.status = Match::differ;
    for (const OutputComparison& output : outputs)
      kernel.max_abs_to_peak = std::max(kernel.max_abs_to_peak, output.max_abs_to_peak);
  }

  void note_worst(const OutputComparison& output) {
    result_.max_abs = std::max(result_.max_abs, output.max_abs);
    result_.max_abs_to_peak = std::max(result_.max_abs_to_peak, output.max_abs_to_peak);
    const bool compared = output.count > 0 && output.reason != DifferenceReason::dtype &&
                          output.reason != DifferenceReason::structure;
    if (output.would_pass_rtol) {
      result_.would_pass_rtol =
          std::max(result_.would_pass_rtol.value_or(0.0), *output.would_pass_rtol);
    } else if (output.status == Match::differ ||
               (compared && output.reason == DifferenceReason::nan)) {
      would_pass_known_ = false;  // no rtol makes this output pass
    }
  }

  const VerifyRequest& request_;
  bool in_bfloat16_;
  VerifyResult result_ = {};
  std::set<std::string> warned_ = {};
  bool would_pass_known_ = true;
};

// Gives the candidate the structure of the reference if both have the same number of tensors: compiled code may have
// lost the names of its outputs, and the reference may be flat.
Outputs arranged_like(const Value& reference, Outputs candidate) {
  const auto tensors_of = [](const Value& value) {
    std::vector<std::string> keys;
    for (const Leaf& leaf : leaves_of(value, "out")) {
      if (leaf.value->kind == Value::Kind::tensor) keys.push_back(leaf.value->tensor);
    }
    return keys;
  };
  const std::vector<std::string> there = tensors_of(candidate.value);
  if (there.size() != tensors_of(reference).size()) return candidate;
  std::size_t next = 0;
  const auto arrange = [&](const auto& self, Value& value) -> void {
    if (value.kind == Value::Kind::tensor) {
      value.tensor = there[next++];
      value.complex_pairs = candidate.tensors.at(value.tensor).is_complex();
    }
    for (Value& item : value.items) self(self, item);
  };
  candidate.value = reference;
  arrange(arrange, candidate.value);
  return candidate;
}

// The candidate's outputs for one call. If the call raises, adds that to the collector and returns nullopt.
std::optional<Outputs> call_candidate(MethodRunner& runner, const TensorFile& file,
                                      const CallRecord& record, int call, Collector& collector) {
  const CallInputs inputs = runner.inputs(record, file);
  try {
    return outputs_from_ivalue(runner.call_guarded(inputs, record.label), record.label);
  } catch (const Error& error) {
    collector.add_raised(record, call, error.what());
    return std::nullopt;
  }
}

void compare_set(const VerifyRequest& request, MethodRunner& runner, const TensorFile& file,
                 const CallRecord& record, Collector& collector) {
  const bool every_call = changes(file);
  if (every_call) runner.start_afresh();
  Outputs reference = outputs_from_record(record, file);
  const double started_s = now_s();
  for (int call = 1; call <= *std::rbegin(kComparedCalls); ++call) {
    const bool compared = std::ranges::find(kComparedCalls, call) != std::end(kComparedCalls);
    std::optional<Outputs> candidate = call_candidate(runner, file, record, call, collector);
    if (!candidate) return;
    if (runner.is_package()) candidate = arranged_like(reference.value, std::move(*candidate));
    if (!compared) continue;
    if (every_call && call > 1) reference = reference_of(file, record, call);
    collector.add(record, call, reference, *candidate);
    if (call == kFirstCalls && now_s() - started_s > request.slow_calls_s) {
      collector.add_warning(
          {WarningCode::later_calls_left_out,
           fmt::format("if the first {} calls of an input set take more than {:g} s, only these "
                       "calls are compared, and not call {}",
                       kFirstCalls, request.slow_calls_s, *std::rbegin(kComparedCalls))},
          "");
      return;
    }
  }
}

// Compares the first call of each set once more with each kernel that the file's packed layers can choose: another
// host may choose another one. Of a slow file, a kernel is compared on the first sets only.
void compare_kernels(const VerifyRequest& request, MethodRunner& runner, const TensorFile& file,
                     Events& events, Collector& collector) {
  const auto records = calls_with_outputs(file, request.reference_tensors);
  std::size_t fewest_sets = records.size();
  for (const packed::Kernel kernel : packed::kernels_of(runner.module())) {
    KernelComparison comparison{.kernel = packed::kernel_name(kernel)};
    events.progress("comparing with kernel " + comparison.kernel);
    comparison.layers = packed::force_kernel(runner.module(), kernel);
    collector.begin_kernel(std::move(comparison));
    const double started_s = now_s();
    std::size_t sets = 0;
    for (const CallRecord* record : records) {
      if (sets > 0 && now_s() - started_s > request.slow_calls_s) break;
      if (changes(file)) {
        runner.start_afresh();
        packed::force_kernel(runner.module(), kernel);
      }
      if (const auto outputs = call_candidate(runner, file, *record, 1, collector))
        collector.add(*record, 1, outputs_from_record(*record, file), *outputs);
      ++sets;
    }
    fewest_sets = std::min(fewest_sets, sets);
  }
  if (fewest_sets == records.size()) return;
  collector.add_warning(
      {WarningCode::later_calls_left_out,
       fmt::format("each kernel of the packed layers is compared for {:g} s: at least one of them "
                   "ran only the first {} of {} input sets",
                   request.slow_calls_s, fewest_sets, records.size())},
      "");
}

void compare_file(const VerifyRequest& request, const TensorFile& reference, Events& events,
                  Collector& collector) {
  MethodRunner runner({.model_path = request.model_path,
                       .method = request.method,
                       .device = request.device,
                       .settings = request.settings});
  if (!runner.tuning_reason().empty()) collector.expect_float32();
  if (runner.was_training()) {
    collector.add_warning(
        {WarningCode::was_training, "the file is in training mode; it was compared in eval mode"},
        "");
  }
  for (const CallRecord* record : calls_with_outputs(reference, request.reference_tensors)) {
    events.progress("comparing " + (record->label.empty() ? request.method : record->label));
    compare_set(request, runner, reference, *record, collector);
  }
  if (!runner.is_package()) compare_kernels(request, runner, reference, events, collector);
  if (const std::string reason = runner.tuning_reason(); !reason.empty())
    collector.add_warning({WarningCode::tuning_not_available, reason}, "");
}

void compare_tensor_files(const VerifyRequest& request, const TensorFile& reference,
                          Collector& collector) {
  const TensorFile candidate = TensorFile::open(request.candidate_tensors);
  for (const CallRecord* record : calls_with_outputs(reference, request.reference_tensors)) {
    const auto& calls = candidate.calls();
    const auto other = std::ranges::find_if(calls, [&](const CallRecord& call) {
      return call.label == record->label && call.outputs.has_value();
    });
    if (other == calls.end()) {
      collector.add_raised(*record, 1,
                           "'" + request.candidate_tensors + "' has no outputs for this input set");
      continue;
    }
    collector.add(*record, 1, outputs_from_record(*record, reference),
                  outputs_from_record(*other, candidate));
  }
}

}  // namespace

VerifyResult compare(const VerifyRequest& request, Events& events) {
  const TensorFile reference = TensorFile::open(request.reference_tensors);
  Collector collector(request);
  if (request.candidate_tensors.empty()) {
    compare_file(request, reference, events, collector);
  } else {
    compare_tensor_files(request, reference, collector);
  }
  VerifyResult result = collector.take();
  result.reference = request.reference_tensors;
  result.candidate =
      request.candidate_tensors.empty() ? request.model_path : request.candidate_tensors;
  return result;
}

}  // namespace tsctl
