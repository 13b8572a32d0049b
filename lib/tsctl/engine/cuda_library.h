#pragma once

#include <string>

#include "tsctl/core/cuda_api.h"

namespace tsctl {

// The table of libtsctl_cuda.so, or why there is none.
struct CudaLibrary {
  const CudaApi* api = nullptr;
  std::string reason = {};
};

// Loads libtsctl_cuda.so from the folder that the engine itself was loaded from, or from `folder`. Only where a CUDA
// device is open: it brings libtorch_cuda with it.
CudaLibrary open_cuda_library(const std::string& folder = {});

}  // namespace tsctl
