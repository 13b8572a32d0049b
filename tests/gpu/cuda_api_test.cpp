#include "tsctl/core/cuda_api.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(CudaApi, loads_without_a_device_and_gives_the_table_of_this_build) {
  void* library = dlopen(TSCTL_CUDA_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto entry = reinterpret_cast<CudaEntry>(dlsym(library, kCudaEntry));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry()->version, kCudaApiVersion);
  EXPECT_NE(entry()->capture, nullptr);
}

TEST(CudaApi, finds_the_runtime_whose_cache_size_the_engine_asks_for) {
  ASSERT_NE(dlopen(TSCTL_CUDA_LIBRARY, RTLD_NOW | RTLD_GLOBAL), nullptr) << dlerror();
  EXPECT_NE(dlsym(RTLD_DEFAULT, "cudaDeviceGetAttribute"), nullptr);
}

}  // namespace
}  // namespace tsctl
