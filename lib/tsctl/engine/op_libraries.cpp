#include "tsctl/engine/op_libraries.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"

namespace tsctl {

namespace {

// Empty if the library was loaded, otherwise the linker's reason.
std::string reason_not_loaded(const std::string& path) {
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return {};
  const char* reason = dlerror();
  return reason != nullptr ? reason : "unknown reason";
}

}  // namespace

void load_op_libraries(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    std::string reason = reason_not_loaded(path);
    if (!reason.empty()) {
      // A library of a CUDA build needs all of LibTorch, of which the engine has the CPU part.
      dlopen((libtorch_folder() + "/libtorch.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
      reason = reason_not_loaded(path);
    }
    if (reason.empty()) continue;
    throw Error(
        ErrorKind::input,
        fmt::format("the library of operators '{}' (--op-lib) cannot be loaded: {}", path, reason),
        "name a shared library that is built for this version of torch and needs no Python: "
        "torch.utils.cpp_extension.load(…, is_python_module=False) makes one");
  }
}

}  // namespace tsctl
