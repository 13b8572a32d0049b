#include "tsctl/engine/graphed_calls.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <utility>
#include <vector>

#include "tsctl/engine/guard.h"
#include "tsctl/engine/output_comparison.h"
#include "tsctl/engine/tensors_within.h"

namespace tsctl {

namespace {

// TorchScript specializes a graph on its second call, and libraries try their kernels and lay out workspaces on the first
// ones: none of that can be recorded, and none of it may be left to do.
constexpr int kCallsBeforeRecording = 5;

// Everything of an argument that a recorded call depends on, which is all but the values of its tensors.
void add_shape(const c10::IValue& value, std::string& text) {
  if (value.isTensor() && value.toTensor().defined()) {
    const at::Tensor& tensor = value.toTensor();
    text += c10::str(tensor.scalar_type(), tensor.sizes(), tensor.strides());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements()) add_shape(element, text);
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toList().vec()) add_shape(element, text);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      text += c10::str(entry.key(), ':');
      add_shape(entry.value(), text);
    }
  } else {
    text += c10::str(value);
  }
  text += ';';
}

std::string shape_of(const CallInputs& inputs) {
  std::string text;
  for (const c10::IValue& value : inputs.args) add_shape(value, text);
  const std::map<std::string, c10::IValue> by_name(inputs.kwargs.begin(), inputs.kwargs.end());
  for (const auto& [name, value] : by_name) {
    text += name + '=';
    add_shape(value, text);
  }
  return text;
}

void copy_values(const CallInputs& from, const CallInputs& to) {
  const std::vector<at::Tensor> sources = tensors_within(from);
  const std::vector<at::Tensor> targets = tensors_within(to);
  for (std::size_t i = 0; i < sources.size(); ++i) targets[i].copy_(sources[i], true);
}

}  // namespace

GraphedCalls::GraphedCalls(const CudaApi& api, int device, DeviceCall call)
    : api_(api), device_(device), call_(std::move(call)) {}

void GraphedCalls::record(const CallInputs& inputs) { recorded_for(inputs); }

GraphedCalls::Recorded& GraphedCalls::recorded_for(const CallInputs& inputs) {
  const auto [place, is_new] = by_shape_.try_emplace(shape_of(inputs));
  if (is_new) record_into(place->second, inputs);
  return place->second;
}

void GraphedCalls::record_into(Recorded& recorded, const CallInputs& inputs) {
  const c10::InferenceMode inference;
  recorded.inputs = copy_of(inputs);
  std::string reason;
  try {
    recorded.graph = api_.capture(device_, kCallsBeforeRecording,
                                  [&] { recorded.outputs = call_(recorded.inputs); });
    reason = difference_from_plain(recorded, inputs);
  } catch (...) {
    reason = "not captured: " + current_failure().reason + "; its calls are plain";
  }
  if (reason.empty()) return;
  if (reason_.empty()) reason_ = reason;
  recorded = {};
  guarded(
      ErrorKind::execution, "calls failed after their CUDA graph could not be captured",
      [&] {
        for (const at::Tensor& output : tensors_within(call_(inputs))) output.cpu();
      },
      "leave the arm's cuda-graph=on out");
}

// "" if the graph gives what a plain call gives. Each side has inputs of its own, for models that write into them.
std::string GraphedCalls::difference_from_plain(Recorded& recorded, const CallInputs& inputs) {
  const CallInputs own = copy_of(inputs);
  const Outputs plain = outputs_from_ivalue(call_(own), "");
  copy_values(inputs, recorded.inputs);
  recorded.graph->replay();
  const Outputs replayed = outputs_from_ivalue(recorded.outputs, "");
  std::vector<Warning> warnings;
  const ComparisonRules rules{.tolerance = {.equal_nan = true}};
  for (const OutputComparison& output : compare_outputs(plain, replayed, rules, {}, warnings)) {
    if (output.status == Match::same) continue;
    return "captured, but its graph does not give what plain calls give: output '" + output.output +
           "' differs by " + c10::str(output.max_abs) +
           (output.reason ? " (" + name_of(*output.reason) + ")" : "") + "; its calls are plain";
  }
  return {};
}

c10::IValue GraphedCalls::call(const CallInputs& inputs) {
  if (&inputs != last_) {
    const c10::InferenceMode inference;
    last_recorded_ = &recorded_for(inputs);
    if (last_recorded_->graph) copy_values(inputs, last_recorded_->inputs);
    last_ = &inputs;
  }
  if (!last_recorded_->graph) return call_(inputs);
  last_recorded_->graph->replay();
  return last_recorded_->outputs;
}

}  // namespace tsctl
