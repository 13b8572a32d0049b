#include "tsctl/engine/device_marks.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

#include "tsctl/engine/device.h"

namespace tsctl {

namespace {

class EventMarks : public DeviceMarks {
 public:
  explicit EventMarks(const c10::Device& device) : device_(device) {}

  void mark() override {
    // Events with the flag PYTORCH_DEFAULT cannot be timed.
    c10::Event event(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
    event.record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
    events_.push_back(std::move(event));
  }

  std::vector<double> take_seconds() override {
    synchronize(device_);
    std::vector<double> seconds;
    for (std::size_t i = 1; i < events_.size(); ++i)
      seconds.push_back(events_[i - 1].elapsedTime(events_[i]) / 1000.0);
    events_.clear();
    return seconds;
  }

 private:
  c10::Device device_;
  std::vector<c10::Event> events_ = {};
};

}  // namespace

std::unique_ptr<DeviceMarks> device_marks(const c10::Device& device) {
  return std::make_unique<EventMarks>(device);
}

}  // namespace tsctl
