#include "tsctl/engine/device_timing.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>

#include "tsctl/core/stats/statistics.h"
#include "tsctl/engine/tensors_within.h"

namespace tsctl {

namespace {

// Caches are split over the chip and do not evict in order: what is as large as the cache leaves some of it.
constexpr std::int64_t kFlushedTimes = 2;
// Larger than the second-level cache of every device that LibTorch runs on.
constexpr std::int64_t kUnknownCacheFlush = std::int64_t{512} << 20;

using WallClock = std::chrono::steady_clock;

double seconds_since(WallClock::time_point start) {
  return std::chrono::duration<double>(WallClock::now() - start).count();
}

// Of the CUDA runtime that libtorch_cuda brought with it; its number of the attribute is part of the runtime's ABI.
std::int64_t cache_bytes_of(const c10::Device& device) {
  constexpr int kL2CacheSize = 38;
  using GetAttribute = int (*)(int* value, int attribute, int device);
  const auto get = reinterpret_cast<GetAttribute>(dlsym(RTLD_DEFAULT, "cudaDeviceGetAttribute"));
  int bytes = 0;
  if (get == nullptr || get(&bytes, kL2CacheSize, device.index()) != 0) return 0;
  return bytes;
}

// Both sides of the copies of one call.
struct Copies {
  std::vector<at::Tensor> from = {};
  std::vector<at::Tensor> to = {};
  void run() const {
    for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i], true);
  }
};

// The outputs of each call have memory of their own; where they go to on the host was laid out by the first.
void copy_back(const c10::IValue& result, std::vector<at::Tensor>& hosts,
               const HostCopy& host_copy) {
  const std::vector<at::Tensor> outputs = tensors_within(result);
  hosts.resize(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!hosts[i].defined() || hosts[i].sizes() != outputs[i].sizes()) {
      hosts[i] = host_copy(outputs[i]);
    } else {
      hosts[i].copy_(outputs[i], true);
    }
  }
}

}  // namespace

std::vector<double> time_on_device(DeviceMarks& marks, int calls, const std::function<void()>& call,
                                   const std::function<void()>& before_each) {
  for (int i = 0; i < calls; ++i) {
    if (before_each) before_each();
    marks.mark();
    call();
    marks.mark();
  }
  const std::vector<double> between = marks.take_seconds();
  std::vector<double> seconds;
  for (std::size_t i = 0; i < between.size(); i += 2) seconds.push_back(between[i]);
  return seconds;
}

std::int64_t flush_bytes(std::int64_t cache_bytes) {
  return cache_bytes > 0 ? kFlushedTimes * cache_bytes : kUnknownCacheFlush;
}

std::function<void()> cache_flush(const c10::Device& device) {
  const at::Tensor buffer = at::empty({flush_bytes(cache_bytes_of(device))},
                                      at::TensorOptions().dtype(at::kByte).device(device));
  return [buffer] { buffer.zero_(); };
}

at::Tensor pinned_copy(const at::Tensor& tensor) {
  return at::empty_like(tensor, tensor.options().device(at::kCPU).pinned_memory(true))
      .copy_(tensor);
}

TransferTimes time_transfers(DeviceMarks& marks, int calls, const CallInputs& inputs,
                             const DeviceCall& call, const HostCopy& host_copy) {
  const c10::InferenceMode inference;
  Copies to_device{.to = tensors_within(inputs)};
  for (const at::Tensor& tensor : to_device.to) to_device.from.push_back(host_copy(tensor));
  std::vector<at::Tensor> outputs;
  copy_back(call(inputs), outputs, host_copy);

  std::vector<double> to_s, compute_s, from_s, enqueue_s, wall_s;
  for (int i = 0; i < calls; ++i) {
    const auto start = WallClock::now();
    marks.mark();
    to_device.run();
    marks.mark();
    const auto enqueued = WallClock::now();
    const c10::IValue result = call(inputs);
    enqueue_s.push_back(seconds_since(enqueued));
    marks.mark();
    copy_back(result, outputs, host_copy);
    marks.mark();
    const std::vector<double> parts = marks.take_seconds();
    wall_s.push_back(seconds_since(start));
    to_s.push_back(parts.at(0));
    compute_s.push_back(parts.at(1));
    from_s.push_back(parts.at(2));
  }
  return {.to_device_s = median(to_s),
          .compute_s = median(compute_s),
          .from_device_s = median(from_s),
          .enqueue_s = median(enqueue_s),
          .wall_s = median(wall_s)};
}

}  // namespace tsctl
