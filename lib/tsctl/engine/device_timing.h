#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/engine/device_marks.h"
#include "tsctl/engine/inputs.h"

namespace tsctl {

// The seconds of each call between marks on the device's stream, synchronized once at the end. `before_each` runs outside
// the marks; it may be empty.
std::vector<double> time_on_device(DeviceMarks& marks, int calls, const std::function<void()>& call,
                                   const std::function<void()>& before_each);

// How much is written to leave nothing of a cache of `cache_bytes`; 0 where its size is unknown.
std::int64_t flush_bytes(std::int64_t cache_bytes);

// Writes over the device's second-level cache whenever it is called, with a buffer of its own.
std::function<void()> cache_flush(const c10::Device& device);

// The work of a call, on inputs that lie on the device.
using DeviceCall = std::function<c10::IValue(const CallInputs&)>;

// Where host memory for copies comes from: pinned for a device, ordinary in a test.
using HostCopy = std::function<at::Tensor(const at::Tensor&)>;
at::Tensor pinned_copy(const at::Tensor& tensor);

// Calls one after the other, each from inputs on the host to outputs on the host, and gives the median of each part.
// The inputs are written into the tensors of `inputs`.
TransferTimes time_transfers(DeviceMarks& marks, int calls, const CallInputs& inputs,
                             const DeviceCall& call, const HostCopy& host_copy);

}  // namespace tsctl
