#include "tsctl/core/cuda_api.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <exception>
#include <utility>

namespace tsctl {

namespace {

class CapturedGraph : public DeviceGraph {
 public:
  explicit CapturedGraph(std::unique_ptr<at::cuda::CUDAGraph> graph) : graph_(std::move(graph)) {}
  void replay() override { graph_->replay(); }

 private:
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

template <typename Work>
void try_to(Work&& work) {
  try {
    work();
  } catch (const std::exception&) {
    // Ending a step that the failed recording did not reach throws.
  }
}

// Ends a failed recording. The graph is leaked on purpose: the allocator keeps a reference to it as the owner of the
// pool.
void abandon(std::unique_ptr<at::cuda::CUDAGraph> graph, c10::DeviceIndex device,
             c10::MempoolId_t pool) {
  try_to([&] { graph->capture_end(); });
  try_to([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool); });
  [[maybe_unused]] const at::cuda::CUDAGraph* kept = graph.release();
}

std::unique_ptr<DeviceGraph> capture(int device, int warm_up, const std::function<void()>& work) {
  const auto index = static_cast<c10::DeviceIndex>(device);
  c10::cuda::device_synchronize();
  // CUDA cannot record the default stream. The warm-up uses the same stream as the recording, because libraries
  // allocate a workspace per stream.
  const c10::cuda::CUDAStreamGuard side(c10::cuda::getStreamFromPool(false, index));
  for (int i = 0; i < warm_up; ++i) work();
  c10::cuda::device_synchronize();

  const c10::MempoolId_t pool = at::cuda::graph_pool_handle();
  auto graph = std::make_unique<at::cuda::CUDAGraph>();
  try {
    graph->capture_begin(pool);
    work();
    graph->capture_end();
  } catch (...) {
    abandon(std::move(graph), index, pool);
    throw;
  }
  return std::make_unique<CapturedGraph>(std::move(graph));
}

constexpr CudaApi kApi{.version = kCudaApiVersion, .capture = &capture};

}  // namespace

}  // namespace tsctl

extern "C" __attribute__((visibility("default"))) const tsctl::CudaApi* tsctl_cuda_api() {
  return &tsctl::kApi;
}
