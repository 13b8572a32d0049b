#include "tsctl/engine/run.h"

#include <ATen/ATen.h>

#include <map>
#include <utility>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/dtypes.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/method_runner.h"
#include "tsctl/engine/outputs.h"

namespace tsctl {

namespace {

// Sets dtype, shape and range. Complex numbers have no order, so their range is that of their parts.
void summarize_tensor(const at::Tensor& tensor, OutputSummary& summary) {
  summary.dtype = name_of(dtype_from_scalar_type(tensor.scalar_type()).value());
  summary.shape = tensor.sizes().vec();
  if (tensor.numel() == 0) return;
  const at::Tensor parts = tensor.is_complex() ? at::view_as_real(tensor) : tensor;
  const at::Tensor numbers = parts.to(at::kDouble).flatten();
  const at::Tensor finite = at::masked_select(numbers, at::isfinite(numbers));
  summary.nonfinite = numbers.numel() - finite.numel();
  if (finite.numel() == 0) return;
  summary.minimum = finite.min().item<double>();
  summary.maximum = finite.max().item<double>();
  summary.mean = finite.mean().item<double>();
}

std::string text_from_scalar(const Value& value) {
  switch (value.kind) {
    case Value::Kind::boolean:
      return value.boolean ? "True" : "False";
    case Value::Kind::integer:
      return std::to_string(value.integer);
    case Value::Kind::real:
      return c10::str(value.real);
    case Value::Kind::string:
      return value.string;
    case Value::Kind::none:
      return "None";
    default:
      return describe_structure(value);
  }
}

OutputSummary summarize_leaf(const Leaf& leaf, const Outputs& outputs, const std::string& set) {
  OutputSummary summary{.set = set, .output = leaf.name};
  if (leaf.value->kind == Value::Kind::tensor) {
    summarize_tensor(outputs.tensors.at(leaf.value->tensor), summary);
  } else {
    summary.value = text_from_scalar(*leaf.value);
  }
  return summary;
}

void add_buffers(const Value& value, const TensorFile& file,
                 std::map<std::string, TensorBuffer>& buffers) {
  for (const Leaf& leaf : leaves_of(value, "in")) {
    if (leaf.value->kind != Value::Kind::tensor) continue;
    const TensorFile::Entry& entry = file.tensor(leaf.value->tensor);
    buffers[leaf.value->tensor] = {.key = leaf.value->tensor,
                                   .dtype = entry.dtype,
                                   .shape = entry.shape,
                                   .data = entry.data,
                                   .size_bytes = entry.size_bytes};
  }
}

// The tensors of the calls' arguments, each once: several calls may share a tensor.
std::vector<TensorBuffer> argument_buffers(const TensorFile& file) {
  std::map<std::string, TensorBuffer> by_key;
  for (const CallRecord& call : file.calls()) {
    for (const Value& value : call.args) add_buffers(value, file, by_key);
    for (const auto& [name, value] : call.kwargs) add_buffers(value, file, by_key);
  }
  std::vector<TensorBuffer> buffers;
  for (auto& [key, buffer] : by_key) buffers.push_back(std::move(buffer));
  return buffers;
}

}  // namespace

RunResult run_file(const RunRequest& request, Events& events) {
  MethodRunner runner({.model_path = request.model_path,
                       .method = request.method,
                       .device = request.device,
                       .settings = request.settings});
  const TensorFile file = open_calls(request.inputs_tensors);

  RunResult result;
  if (runner.was_training()) {
    result.warnings.push_back(
        {WarningCode::was_training, "the file is in training mode; it was run in eval mode"});
  }
  std::vector<CallRecord> calls;
  std::vector<Outputs> kept;
  for (const CallRecord& record : file.calls()) {
    events.progress("running " + (record.label.empty() ? request.method : record.label));
    Outputs outputs = outputs_from_ivalue(
        runner.call_guarded(runner.inputs(record, file), record.label), record.label);
    guarded(ErrorKind::execution, "the results could not be summarized", [&] {
      for (const Leaf& leaf : leaves_of(outputs.value, "out")) {
        result.outputs.push_back(summarize_leaf(leaf, outputs, record.label));
      }
    });
    // Keep the arguments, so that the file shows which inputs gave which outputs.
    CallRecord call = record;
    call.outputs = outputs.value;
    calls.push_back(std::move(call));
    kept.push_back(std::move(outputs));
  }
  if (request.outputs_tensors.empty()) return result;

  std::vector<TensorBuffer> buffers = argument_buffers(file);
  for (const Outputs& outputs : kept) {
    for (const auto& [key, tensor] : outputs.tensors) {
      buffers.push_back(buffer_from_tensor(key, tensor));
    }
  }
  write_tensor_file(request.outputs_tensors, calls, buffers);
  return result;
}

}  // namespace tsctl
