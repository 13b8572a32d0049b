#include "tsctl/engine/method_runner.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "tsctl/core/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"

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
      module_(
          load_module(path_, device_,
                      {.debug_files = settings.debug_files, .check_crc = settings.debug_files})),
      was_training_(leave_training(module_)),
      method_(find_method(module_, settings.method)) {}

c10::IValue MethodRunner::call(const CallInputs& inputs) {
  const c10::InferenceMode inference;
  const torch::jit::GraphOptimizerEnabledGuard executor(optimized_);
  return method_(inputs.args, inputs.kwargs);
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
