#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <vector>

namespace tsctl {

// Marks on a device's stream, and the time from each to the next.
class DeviceMarks {
 public:
  virtual ~DeviceMarks() = default;
  // Behind everything that was enqueued so far; waits for nothing.
  virtual void mark() = 0;
  // Waits for the device, gives the seconds between consecutive marks, and forgets them.
  virtual std::vector<double> take_seconds() = 0;
};

// Events on the device's current stream.
std::unique_ptr<DeviceMarks> device_marks(const c10::Device& device);

}  // namespace tsctl
