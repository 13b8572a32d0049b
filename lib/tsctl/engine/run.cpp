#include "tsctl/engine/run.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/changes.h"
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

// What changes from call to call, for a warning: "the outputs of 'a.pt' change from call to call: it stores 'h'".
std::string change_text(const std::string& path, bool outputs_change,
                        const std::vector<std::string>& written,
                        const std::vector<std::string>& random) {
  const std::string stores = fmt::format("stores '{}'", fmt::join(written, "', '"));
  if (!outputs_change)
    return fmt::format("'{}' {} when it runs, and its outputs stay the same", path, stores);
  const std::string why =
      !written.empty() ? "it " + stores
      : random.empty() ? "it is not deterministic"
                       : fmt::format("it draws random numbers in {}", fmt::join(random, ", "));
  return fmt::format("the outputs of '{}' change from call to call: {}", path, why);
}

// Runs a file on input sets. If its outputs change from call to call, keeps those of several calls, which begin at the
// state of the file and with one seed.
class SetRuns {
 public:
  SetRuns(const RunRequest& request, MethodRunner& runner, const TensorFile& file)
      : request_(request), runner_(runner), file_(file) {}

  void add(const CallRecord& record) {
    const bool first = calls_.empty();
    if (changes_ && !first) runner_.start_afresh();
    const bool looks = first && request_.every_call && !runner_.is_package();
    if (looks) seed_calls(runner_.device());
    const std::optional<StoredState> state =
        looks ? std::optional<StoredState>(runner_.module()) : std::nullopt;
    keep(record, 1, called(record, 1));
    std::optional<Outputs> second;
    if (state) {
      second = called(record, 2);
      written_ = state->written(runner_.module());
      changes_ = !written_.empty() || !same_outputs(kept_.back(), *second);
    }
    if (!changes_) return;
    const std::size_t first_kept = kept_.size() - 1;
    for (int call = 2; call <= *std::rbegin(kComparedCalls); ++call) {
      Outputs outputs = call == 2 && second ? std::move(*second) : called(record, call);
      if (std::ranges::find(kComparedCalls, call) == std::end(kComparedCalls)) continue;
      keep(record, call, std::move(outputs));
      outputs_change_ = outputs_change_ || !same_outputs(kept_[first_kept], kept_.back());
    }
  }

  // Empty if nothing changes from call to call.
  std::string change() const {
    return changes_ ? change_text(request_.model_path, outputs_change_, written_,
                                  random_operators(runner_.method()))
                    : "";
  }
  const std::vector<CallRecord>& calls() const noexcept { return calls_; }
  // The later calls at the end: the place of a set is that of its first call.
  std::vector<CallRecord> sorted_calls() const {
    std::vector<CallRecord> sorted = calls_;
    std::ranges::stable_partition(sorted, [](const CallRecord& call) { return call.call == 1; });
    return sorted;
  }
  const std::vector<Outputs>& outputs() const noexcept { return kept_; }

 private:
  Outputs called(const CallRecord& record, int call) {
    const std::string key =
        call == 1 ? record.label : fmt::format("{} call {}", record.label, call);
    return outputs_from_ivalue(runner_.call_guarded(runner_.inputs(record, file_), record.label),
                               key);
  }

  // Keeps the arguments too, so that the file shows which inputs gave which outputs.
  void keep(const CallRecord& record, int call, Outputs outputs) {
    CallRecord made = record;
    made.call = call;
    made.outputs = outputs.value;
    calls_.push_back(std::move(made));
    kept_.push_back(std::move(outputs));
  }

  const RunRequest& request_;
  MethodRunner& runner_;
  const TensorFile& file_;
  bool changes_ = false;  // from call to call: what it stores, or its outputs
  bool outputs_change_ = false;
  std::vector<std::string> written_ = {};
  std::vector<CallRecord> calls_ = {};
  std::vector<Outputs> kept_ = {};
};

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
  SetRuns runs(request, runner, file);
  for (const CallRecord& record : file.calls()) {
    events.progress("running " + (record.label.empty() ? request.method : record.label));
    runs.add(record);
  }
  if (const std::string change = runs.change(); !change.empty()) {
    result.warnings.push_back(
        {WarningCode::state_written,
         change + "; call k of a candidate is compared with its call k, both from a fresh start "
                  "and one seed"});
  }
  guarded(ErrorKind::execution, "the results could not be summarized", [&] {
    for (std::size_t i = 0; i < runs.calls().size(); ++i) {
      if (runs.calls()[i].call != 1) continue;
      const Outputs& outputs = runs.outputs()[i];
      for (const Leaf& leaf : leaves_of(outputs.value, "out"))
        result.outputs.push_back(summarize_leaf(leaf, outputs, runs.calls()[i].label));
    }
  });
  if (request.outputs_tensors.empty()) return result;

  std::vector<TensorBuffer> buffers = argument_buffers(file);
  for (const Outputs& outputs : runs.outputs()) {
    for (const auto& [key, tensor] : outputs.tensors) {
      buffers.push_back(buffer_from_tensor(key, tensor));
    }
  }
  write_tensor_file(request.outputs_tensors, runs.sorted_calls(), buffers);
  return result;
}

}  // namespace tsctl
