#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <vector>

namespace tsctl {

// Measures the time between marks on a device's stream.
class DeviceMarks {
 public:
  virtual ~DeviceMarks() = default;
  // Enqueues a mark after all work so far, without waiting.
  virtual void mark() = 0;
  // Waits for the device, returns the seconds between consecutive marks, and clears the marks.
  virtual std::vector<double> take_seconds() = 0;
};

// Marks by events on the device's current stream.
std::unique_ptr<DeviceMarks> device_marks(const c10::Device& device);

}  // namespace tsctl
