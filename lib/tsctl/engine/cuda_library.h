#pragma once

#include <string>

#include "tsctl/core/cuda_api.h"

namespace tsctl {

// The API of libtsctl_cuda.so, or the reason why it is unavailable.
struct CudaLibrary {
  const CudaApi* api = nullptr;
  std::string reason = {};
};

// Loads libtsctl_cuda.so from the engine's folder, or from `folder`. Call it only if a CUDA device is open, because
// it loads libtorch_cuda.
CudaLibrary open_cuda_library(const std::string& folder = {});

}  // namespace tsctl
