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

// Where and how a file is run.
struct RunSettings {
  std::string model_path = {};
  std::string method = "forward";
  std::string device = "cpu";
  ArmSettings settings = {};
  bool debug_files = true;  // and checksums: both are left out where only time counts
};

// A loaded file with one method ready to be called; a package of AOTInductor has but one. Sets process-wide LibTorch state
// (threads, fusion strategy): one per process.
class MethodRunner {
 public:
  // Throws Error{environment} for the device, Error{input} for the file, Error{usage} for the method.
  explicit MethodRunner(const RunSettings& run);

  const c10::Device& device() const noexcept { return device_; }
  // Whether eval mode can make the loaded module compute something else than its file would.
  bool was_training() const noexcept { return was_training_; }

  // Whether it is compiled code, whose outputs have lost the names that the model gave them.
  bool is_package() const noexcept { return package_ != nullptr; }
  // Which of the settings' tuning is unavailable here, and what runs instead; empty when all of it is available. After
  // calls it also names what took no part of this model.
  std::string tuning_reason() const;

  CallInputs inputs(const CallRecord& record, const TensorFile& file) const;

  // Calls the method under InferenceMode. On CUDA the call is only enqueued. LibTorch's exceptions pass through.
  c10::IValue call(const CallInputs& inputs);

  // The graph that the method's executor runs for these inputs, which it must have run before, and what such a graph is
  // started with. Both as call has them; `work` too, which is run as call runs the method.
  std::shared_ptr<torch::jit::Graph> executed_graph(const CallInputs& inputs);
  torch::jit::Stack stack_of(const CallInputs& inputs) const;
  template <typename Work>
  auto as_called(Work&& work) const {
    const c10::InferenceMode inference;
    const torch::jit::GraphOptimizerEnabledGuard executor(optimized_);
    return std::forward<Work>(work)();
  }

  const torch::jit::Module& module() const noexcept { return module_; }
  const LoadSplit& load_split() const noexcept { return load_split_; }
  // Memory of the process when LibTorch and the device were ready, before the file was read; and the seconds until then.
  const std::optional<std::int64_t>& libraries_bytes() const noexcept { return libraries_bytes_; }
  double libraries_s() const noexcept { return libraries_s_; }

  // As call, with the device's work done and a failure turned into Error{execution} that names the file.
  c10::IValue call_guarded(const CallInputs& inputs, const std::string& set);

 private:
  c10::Device open_for(const RunSettings& run);

  double libraries_s_ = 0.0;
  std::optional<std::int64_t> libraries_bytes_ = {};
  LoadSplit load_split_ = {};
  c10::Device device_;
  std::string path_;
  bool optimized_;
  ArmTuning tuning_;
  std::string tuning_reason_;
  std::unique_ptr<AotiRunner> package_ = {};  // or a module with its method:
  torch::jit::Module module_ = {};
  bool was_training_ = false;
  std::optional<torch::jit::Method> method_ = {};
};

}  // namespace tsctl
