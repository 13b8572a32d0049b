#include "tsctl/engine/cuda_library.h"

#include <dlfcn.h>

namespace tsctl {

namespace {

// Of the plug-in that this function lies in.
std::string own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr)
    return ".";
  const std::string path = info.dli_fname;
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

CudaLibrary open_cuda_library(const std::string& folder) {
  const std::string path = (folder.empty() ? own_folder() : folder) + "/libtsctl_cuda.so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* told = dlerror();
    return {.reason = std::string("tsctl's CUDA part is not there or cannot be loaded: ") +
                      (told != nullptr ? told : path)};
  }
  const auto entry = reinterpret_cast<CudaEntry>(dlsym(library, kCudaEntry));
  if (entry == nullptr || entry()->version != kCudaApiVersion)
    return {.reason = "'" + path + "' belongs to another build of tsctl"};
  return {.api = entry()};
}

}  // namespace tsctl
