#include "tsctl/engine/method_runner.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "tsctl/archive/file_kind.h"
#include "tsctl/core/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/tuning.h"

namespace tsctl {

namespace {

c10::Device open_for(const RunSettings& settings) {
  const c10::Device device = open_device(settings.device);
  set_numerics(device, settings.threads);
  if (settings.executor == Executor::fixed) {
    torch::jit::FusionStrategy none;  // no specialization: the graph stays what it was
    torch::jit::setFusionStrategy(none);
  }
  return device;
}

}  // namespace

MethodRunner::MethodRunner(const RunSettings& settings)
    : device_(open_for(settings)),
      path_(settings.model_path),
      optimized_(settings.executor != Executor::unoptimized),
      tuning_(settings.tuning),
      tuning_reason_(apply_tuning(tuning_, device_)) {
  if (file_kind(path_) == FileKind::aotinductor) {
    package_ = std::make_unique<AotiRunner>(path_, device_);
    return;
  }
  module_ = load_module(path_, device_,
                        {.debug_files = settings.debug_files, .check_crc = settings.debug_files});
  was_training_ = leave_training(module_);
  method_ = find_method(module_, settings.method);
}

std::string MethodRunner::tuning_reason() const {
  if (!tuning_reason_.empty() || !tuning_.onednn_graph || package_ != nullptr)
    return tuning_reason_;
  return onednn_graph_took_part() ? "" : "oneDNN Graph took no part of this graph: it ran without";
}

CallInputs MethodRunner::inputs(const CallRecord& record, const TensorFile& file) const {
  if (package_ != nullptr) return package_->inputs(record, file);
  return inputs_from_record(record, file, method_->function().getSchema(), device_);
}

c10::IValue MethodRunner::call(const CallInputs& inputs) {
  const c10::InferenceMode inference;
  if (package_ != nullptr) return package_->call(inputs);
  const torch::jit::GraphOptimizerEnabledGuard executor(optimized_);
  return (*method_)(inputs.args, inputs.kwargs);
}

c10::IValue MethodRunner::call_guarded(const CallInputs& inputs, const std::string& set) {
  const std::string doing =
      "'" + path_ + "' failed while it ran" + (set.empty() ? "" : " on " + set);
  return guarded(ErrorKind::execution, doing, [&] {
    c10::IValue result = call(inputs);
    synchronize(device_);
    return result;
  });
}

}  // namespace tsctl
