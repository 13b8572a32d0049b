#pragma once

#include <functional>
#include <memory>

namespace tsctl {

// Work on a device that was recorded once and is started as a whole.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  // Enqueues the recorded work on the current stream: on the same memory, so inputs are written into the tensors that
  // were read while it was recorded, and results appear in those that were made.
  virtual void replay() = 0;
};

inline constexpr int kCudaApiVersion = 1;

// The functions of libtsctl_cuda.so, which need LibTorch's CUDA libraries. Both sides are built together.
struct CudaApi {
  int version = 0;
  // Runs `work` on a separate stream `warm_up` times, and once more to record it. Throws what `work` throws, and
  // LibTorch's exception for work that cannot be recorded; plain calls are possible afterwards as far as the driver
  // allows.
  std::unique_ptr<DeviceGraph> (*capture)(int device, int warm_up,
                                          const std::function<void()>& work) = nullptr;
};

// The one symbol that libtsctl_cuda.so exports.
inline constexpr const char* kCudaEntry = "tsctl_cuda_api";
using CudaEntry = const CudaApi* (*)();

}  // namespace tsctl
