#include "tsctl/engine/cuda_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "tsctl/engine/library_folder.h"

namespace tsctl {

namespace {

// The folder of the plug-in that contains this function.
std::string own_folder() { return library_folder(reinterpret_cast<const void*>(&own_folder)); }

}  // namespace

CudaLibrary open_cuda_library(const std::string& folder) {
  const std::string path = (folder.empty() ? own_folder() : folder) + "/libtsctl_cuda.so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* error = dlerror();
    return {.reason = fmt::format("tsctl's CUDA plug-in cannot be loaded: {}",
                                  error != nullptr ? error : path)};
  }
  const auto entry = reinterpret_cast<CudaEntry>(dlsym(library, kCudaEntry));
  if (entry == nullptr || entry()->version != kCudaApiVersion)
    return {.reason = fmt::format("'{}' belongs to another build of tsctl", path)};
  return {.api = entry()};
}

}  // namespace tsctl
