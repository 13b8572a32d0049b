#include "tsctl/engine/device_timing.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>

#include "tsctl/core/base/clock.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/engine/tensors_within.h"

namespace tsctl {

namespace {

// A cache is divided over the chip and does not evict in order, so writing its size once leaves some of the old
// content.
constexpr std::int64_t kFlushFactor = 2;
// Larger than the L2 cache of every device that LibTorch supports.
constexpr std::int64_t kDefaultFlushBytes = std::int64_t{512} << 20;

// Asks the CUDA runtime that libtorch_cuda loaded. The number of the attribute is part of the runtime's ABI.
std::int64_t cache_bytes_of(const c10::Device& device) {
  constexpr int kL2CacheSize = 38;
  using GetAttribute = int (*)(int* value, int attribute, int device);
  const auto get = reinterpret_cast<GetAttribute>(dlsym(RTLD_DEFAULT, "cudaDeviceGetAttribute"));
  int bytes = 0;
  if (get == nullptr || get(&bytes, kL2CacheSize, device.index()) != 0) return 0;
  return bytes;
}

// The sources and targets of the copies of one call.
struct Copies {
  std::vector<at::Tensor> from = {};
  std::vector<at::Tensor> to = {};
  void run() const {
    for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i], true);
  }
};

// Copies the outputs to the host tensors, which the first call allocates.
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
  return cache_bytes > 0 ? kFlushFactor * cache_bytes : kDefaultFlushBytes;
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

  std::vector<double> to_s;
  std::vector<double> compute_s;
  std::vector<double> from_s;
  std::vector<double> enqueue_s;
  std::vector<double> wall_s;
  for (int i = 0; i < calls; ++i) {
    const double start_s = now_s();
    marks.mark();
    to_device.run();
    marks.mark();
    const double enqueue_start_s = now_s();
    const c10::IValue result = call(inputs);
    enqueue_s.push_back(now_s() - enqueue_start_s);
    marks.mark();
    copy_back(result, outputs, host_copy);
    marks.mark();
    const std::vector<double> parts = marks.take_seconds();
    wall_s.push_back(now_s() - start_s);
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
