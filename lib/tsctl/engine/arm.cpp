#include "tsctl/engine/arm.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/resident_memory.h"
#include "tsctl/core/bench.h"
#include "tsctl/engine/cuda_library.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/device_timing.h"
#include "tsctl/engine/graphed_calls.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/method_runner.h"
#include "tsctl/engine/model_warnings.h"
#include "tsctl/engine/profile_calls.h"

namespace tsctl {

namespace {

class FileArm : public Arm {
 public:
  FileArm(const RunSettings& settings, TensorFile file, std::size_t set)
      : doing_("'" + settings.model_path + "' failed while it was timed"),
        runner_(settings),
        file_(std::move(file)),
        sets_(file_.calls().size()),
        inputs_(inputs_of(set)),
        loaded_bytes_(resident_bytes()) {}

  // What only a device has: events to time by, an emptied cache, a graph.
  void prepare_device(const ArmRequest& request) {
    guarded(ErrorKind::execution, doing_, [&] {
      marks_ = device_marks(runner_.device());
      if (request.cold_cache) flush_ = cache_flush(runner_.device());
      if (request.settings.tuning.cuda_graph) record_graph();
    });
  }

  std::string tuning_reason() const override {
    return graphed_ ? graphed_->reason() : tuning_reason_;
  }

  std::vector<double> time_calls(int untimed, int calls) override {
    return guarded(ErrorKind::execution, doing_, [&] {
      for (int i = 0; i < untimed; ++i) outputs();
      synchronize(runner_.device());
      if (!marks_) return time_by_clock(calls);
      return time_on_device(
          *marks_, calls, [this] { outputs(); }, flush_);
    });
  }

  std::optional<TransferTimes> time_transfers(int calls) override {
    if (!marks_) return std::nullopt;
    return guarded(ErrorKind::execution, doing_, [&] {
      return tsctl::time_transfers(
          *marks_, calls, *inputs_, [this](const CallInputs&) { return outputs(); }, pinned_copy);
    });
  }

  void call() override {
    guarded(ErrorKind::execution, doing_, [&] {
      // A graph has one set of outputs: its replays cannot overlap.
      std::unique_lock replaying(one_replay_, std::defer_lock);
      if (graphed_) replaying.lock();
      outputs();
      synchronize(runner_.device());
    });
  }

  void use_set(std::size_t index) override { inputs_ = inputs_of(index); }

  // On a device tensors are moved there while the file is read: that is part of deserialize_s.
  ArmOpening opening() const override {
    ArmOpening opening{.libraries_s = runner_.libraries_s()};
    if (!runner_.is_package()) {
      opening.read_s = runner_.load_split().read_s;
      opening.deserialize_s = runner_.load_split().deserialize_s;
    }
    opening.libraries_bytes = runner_.libraries_bytes();
    opening.loaded_bytes = loaded_bytes_;
    return opening;
  }

  ProfileRecording profile(const ProfileRequest& request) override {
    if (runner_.is_package()) return Arm::profile(request);  // compiled code has no graph
    return guarded(ErrorKind::execution, doing_,
                   [&] { return profile_calls(runner_, *inputs_, request); });
  }

 private:
  c10::IValue outputs() { return graphed_ ? graphed_->call(*inputs_) : runner_.call(*inputs_); }

  // Kept once they are on the device, so that a sequence that comes back to a set finds the same memory.
  const CallInputs* inputs_of(std::size_t index) {
    std::optional<CallInputs>& inputs = sets_.at(index);
    if (!inputs) inputs = runner_.inputs(file_.calls().at(index), file_);
    return &*inputs;
  }

  void record_graph() {
    const CudaLibrary library = open_cuda_library();
    if (library.api == nullptr) {
      tuning_reason_ = "not captured: " + library.reason + "; its calls are plain";
      return;
    }
    graphed_ = std::make_unique<GraphedCalls>(
        *library.api, runner_.device().index(),
        [this](const CallInputs& inputs) { return runner_.call(inputs); });
    graphed_->record(*inputs_);
  }

  std::vector<double> time_by_clock(int calls) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(calls));
    for (int i = 0; i < calls; ++i) {
      const auto start = Clock::now();
      outputs();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return seconds;
  }

  std::string doing_;
  MethodRunner runner_;
  TensorFile file_;
  std::vector<std::optional<CallInputs>> sets_;
  const CallInputs* inputs_;
  std::optional<std::int64_t> loaded_bytes_;
  std::unique_ptr<DeviceMarks> marks_ = {};  // of a device; null on the CPU
  std::function<void()> flush_ = {};
  std::unique_ptr<GraphedCalls> graphed_ = {};
  std::mutex one_replay_ = {};
  std::string tuning_reason_ = {};
  ModelWarnings warnings_{nullptr};  // the comparison has reported them
};

}  // namespace

std::unique_ptr<Arm> open_file_arm(const ArmRequest& request, Events& events) {
  events.progress("loading " + request.label);
  TensorFile file = TensorFile::open(request.inputs_tensors);
  if (request.set_index >= file.calls().size()) {
    throw Error(ErrorKind::usage, "input set " + std::to_string(request.set_index) +
                                      " is not among the " + std::to_string(file.calls().size()) +
                                      " of '" + request.inputs_tensors + "'");
  }
  const RunSettings settings{.model_path = request.model_path,
                             .method = request.method,
                             .device = request.device,
                             .settings = request.settings,
                             .debug_files = request.debug_files};
  auto arm = std::make_unique<FileArm>(settings, std::move(file), request.set_index);
  if (request.device != "cpu") arm->prepare_device(request);
  return arm;
}

}  // namespace tsctl
