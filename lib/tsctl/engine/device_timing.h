#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/engine/device_marks.h"
#include "tsctl/engine/inputs.h"

namespace tsctl {

// The seconds of each call, measured by marks on the device's stream and synchronized once at the end. `before_each`
// is not timed; it may be empty.
std::vector<double> time_on_device(DeviceMarks& marks, int calls, const std::function<void()>& call,
                                   const std::function<void()>& before_each);

// The number of bytes to write to evict a cache of `cache_bytes`; 0 if its size is unknown.
std::int64_t flush_bytes(std::int64_t cache_bytes);

// Returns a function that overwrites the device's L2 cache.
std::function<void()> cache_flush(const c10::Device& device);

// A call with inputs on the device.
using DeviceCall = std::function<c10::IValue(const CallInputs&)>;

// Copies a tensor to host memory: pinned memory for a device, ordinary memory in tests.
using HostCopy = std::function<at::Tensor(const at::Tensor&)>;
at::Tensor pinned_copy(const at::Tensor& tensor);

// Makes calls one after another, each from inputs on the host to outputs on the host; returns the median time of each
// part. The inputs are copied into the tensors of `inputs`.
TransferTimes time_transfers(DeviceMarks& marks, int calls, const CallInputs& inputs,
                             const DeviceCall& call, const HostCopy& host_copy);

}  // namespace tsctl
