#include "tsctl/engine/method_runner.h"

#include <fmt/format.h>

#include "tsctl/archive/file_kind.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/resident_memory.h"
#include "tsctl/engine/changes.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/tuning.h"

namespace tsctl {

c10::Device MethodRunner::open_for(const RunSettings& run) {
  const double start_s = now_s();
  const c10::Device device = open_device(run.device);
  set_numerics(device, run.settings.threads);
  if (run.settings.executor == Executor::fixed) {
    torch::jit::FusionStrategy none;  // no specialization: the graph does not change
    torch::jit::setFusionStrategy(none);
  }
  libraries_s_ = now_s() - start_s;
  libraries_bytes_ = resident_bytes();
  return device;
}

MethodRunner::MethodRunner(const RunSettings& run)
    : device_(open_for(run)),
      path_(run.model_path),
      method_name_(run.method),
      optimized_(run.settings.executor != Executor::unoptimized),
      tuning_(run.settings.tuning),
      tuning_reason_(apply_tuning(tuning_, device_)) {
  if (file_kind(path_) == FileKind::aotinductor) {
    package_ = std::make_unique<AotiRunner>(path_, device_);
    return;
  }
  module_ = load_module(
      path_, device_, {.debug_files = run.debug_files, .check_crc = run.debug_files}, &load_split_);
  was_training_ = leave_training(module_);
  method_ = find_method(module_, run.method);
}

void MethodRunner::start_afresh() {
  seed_calls(device_);
  if (package_ != nullptr) return;
  module_ = load_module(path_, device_);
  leave_training(module_);
  method_ = find_method(module_, method_name_);
}

std::string MethodRunner::tuning_reason() const {
  if (!tuning_reason_.empty() || !tuning_.onednn_graph || package_ != nullptr)
    return tuning_reason_;
  return uses_onednn_graph()
             ? ""
             : "oneDNN Graph does not support any part of this graph; the graph ran without it";
}

CallInputs MethodRunner::inputs(const CallRecord& record, const TensorFile& file) const {
  if (package_ != nullptr) return package_->inputs(record, file);
  return inputs_from_record(record, file, method_->function().getSchema(), device_);
}

c10::IValue MethodRunner::call(const CallInputs& inputs) {
  return as_called([&] {
    return package_ != nullptr ? package_->call(inputs) : (*method_)(inputs.args, inputs.kwargs);
  });
}

std::shared_ptr<torch::jit::Graph> MethodRunner::executed_graph(const CallInputs& inputs) {
  return as_called([&] {
    torch::jit::Stack stack = stack_of(inputs);
    return method_->get_executor().getPlanFor(stack).graph;
  });
}

torch::jit::Stack MethodRunner::stack_of(const CallInputs& inputs) const {
  return stack_from_inputs(module_, *method_, inputs);
}

c10::IValue MethodRunner::call_guarded(const CallInputs& inputs, const std::string& set) {
  const std::string doing =
      fmt::format("'{}' failed while it ran{}{}", path_, set.empty() ? "" : " on ", set);
  return guarded(ErrorKind::execution, doing, [&] {
    c10::IValue result = call(inputs);
    synchronize(device_);
    return result;
  });
}

}  // namespace tsctl
