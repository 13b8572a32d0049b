#include "tsctl/engine/arm.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <chrono>
#include <utility>

#include "tsctl/core/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/method_runner.h"

namespace tsctl {

namespace {

class FileArm : public Arm {
 public:
  FileArm(const RunSettings& settings, const TensorFile& file, const CallRecord& record)
      : doing_("'" + settings.model_path + "' failed while it was timed"),
        runner_(settings),
        inputs_(runner_.inputs(record, file)) {}

  std::vector<double> time_calls(int untimed, int calls) override {
    return guarded(ErrorKind::execution, doing_, [&] {
      for (int i = 0; i < untimed; ++i) runner_.call(inputs_);
      synchronize(runner_.device());
      return runner_.device().is_cpu() ? time_by_clock(calls) : time_by_events(calls);
    });
  }

 private:
  std::vector<double> time_by_clock(int calls) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(calls));
    for (int i = 0; i < calls; ++i) {
      const auto start = Clock::now();
      runner_.call(inputs_);
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return seconds;
  }

  // Only the device's own work between two events counts; nothing waits until the last call is enqueued.
  std::vector<double> time_by_events(int calls) {
    const c10::Device device = runner_.device();
    const c10::Stream stream = c10::impl::VirtualGuardImpl(device.type()).getStream(device);
    std::vector<std::pair<c10::Event, c10::Event>> events;
    for (int i = 0; i < calls; ++i) {
      // The flag, because PYTORCH_DEFAULT makes events that cannot be timed.
      c10::Event start(device.type(), c10::EventFlag::BACKEND_DEFAULT);
      c10::Event end(device.type(), c10::EventFlag::BACKEND_DEFAULT);
      start.record(stream);
      runner_.call(inputs_);
      end.record(stream);
      events.emplace_back(std::move(start), std::move(end));
    }
    synchronize(device);
    std::vector<double> seconds;
    for (const auto& [start, end] : events) seconds.push_back(start.elapsedTime(end) / 1000.0);
    return seconds;
  }

  std::string doing_;
  MethodRunner runner_;
  CallInputs inputs_;
};

}  // namespace

std::unique_ptr<Arm> open_file_arm(const ArmRequest& request, Events& events) {
  events.progress("loading " + request.label);
  const TensorFile file = TensorFile::open(request.inputs_tensors);
  if (request.set_index >= file.calls().size()) {
    throw Error(ErrorKind::usage, "input set " + std::to_string(request.set_index) +
                                      " is not among the " + std::to_string(file.calls().size()) +
                                      " of '" + request.inputs_tensors + "'");
  }
  const RunSettings settings{.model_path = request.model_path,
                             .method = "forward",
                             .device = request.device,
                             .threads = request.threads,
                             .executor = request.executor,
                             .tuning = request.tuning,
                             .debug_files = false};
  return std::make_unique<FileArm>(settings, file, file.calls()[request.set_index]);
}

}  // namespace tsctl
