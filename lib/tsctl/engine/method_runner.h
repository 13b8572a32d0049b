#pragma once

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/verify.h"
#include "tsctl/engine/aoti_runner.h"
#include "tsctl/engine/inputs.h"
#include "tsctl/engine/load.h"

namespace tsctl {

// The settings for running a file.
struct RunSettings {
  std::string model_path = {};
  std::string method = "forward";
  std::string device = "cpu";
  ArmSettings settings = {};
  bool debug_files = true;  // load debug files and verify checksums; both cost time
};

// A loaded file with a method to call; an AOTInductor package has only one. Sets process-wide LibTorch state
// (threads, fusion strategy), so a process must have only one MethodRunner.
class MethodRunner {
 public:
  // Throws Error{environment} for the device, Error{input} for the file, Error{usage} for the method.
  explicit MethodRunner(const RunSettings& run);

  const c10::Device& device() const noexcept { return device_; }
  // Whether eval mode can change the outputs of the file: see leave_training().
  bool was_training() const noexcept { return was_training_; }

  // Whether the file is an AOTInductor package, whose outputs may have lost their names.
  bool is_package() const noexcept { return package_ != nullptr; }
  // Which part of the tuning is unavailable, and what is used instead; empty if all of it is available. After calls,
  // also names tuning that does not apply to this model.
  std::string tuning_reason() const;

  // Loads a TorchScript file again and seeds the generator, so that the next call is the first one. For files whose
  // outputs change from call to call.
  void start_afresh();

  CallInputs inputs(const CallRecord& record, const TensorFile& file) const;

  // Calls the method under InferenceMode. On CUDA the call is only enqueued. LibTorch's exceptions pass through.
  c10::IValue call(const CallInputs& inputs);

  // The graph that the executor runs for these inputs, after it has run them once, and the stack to start such a
  // graph with. as_called() runs `work` under the same settings as call().
  std::shared_ptr<torch::jit::Graph> executed_graph(const CallInputs& inputs);
  torch::jit::Stack stack_of(const CallInputs& inputs) const;
  template <typename Work>
  auto as_called(Work&& work) const {
    const c10::InferenceMode inference;
    const torch::jit::GraphOptimizerEnabledGuard executor(optimized_);
    return std::forward<Work>(work)();
  }

  // Of a TorchScript file.
  const torch::jit::Method& method() const { return method_.value(); }
  const torch::jit::Module& module() const noexcept { return module_; }
  const LoadSplit& load_split() const noexcept { return load_split_; }
  // The memory of the process after loading LibTorch and opening the device, before reading the file; and the seconds
  // for it.
  const std::optional<std::int64_t>& libraries_bytes() const noexcept { return libraries_bytes_; }
  double libraries_s() const noexcept { return libraries_s_; }

  // Like call(), but waits for the device and converts a failure to Error{execution} that names the file.
  c10::IValue call_guarded(const CallInputs& inputs, const std::string& set);

 private:
  c10::Device open_for(const RunSettings& run);

  double libraries_s_ = 0.0;
  std::optional<std::int64_t> libraries_bytes_ = {};
  LoadSplit load_split_ = {};
  c10::Device device_;
  std::string path_;
  std::string method_name_;
  bool optimized_;
  ArmTuning tuning_;
  std::string tuning_reason_;
  std::unique_ptr<AotiRunner> package_ =
      {};  // null for a TorchScript file, which sets the members below
  torch::jit::Module module_ = {};
  bool was_training_ = false;
  std::optional<torch::jit::Method> method_ = {};
};

}  // namespace tsctl
