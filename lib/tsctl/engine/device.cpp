#include "tsctl/engine/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "tsctl/core/base/device_name.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/library_folder.h"

namespace tsctl {

namespace {

constexpr const char* kUseCpu = "use --device cpu, or a machine and an environment with CUDA";

std::optional<c10::Device> device_from_text(const std::string& text) {
  const std::optional<DeviceName> name = device_name_from_text(text);
  if (!name || name->index > std::numeric_limits<c10::DeviceIndex>::max()) return std::nullopt;
  if (!name->cuda) return c10::Device(c10::kCPU);
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(name->index));
}

// RTLD_GLOBAL, because other CUDA libraries resolve symbols from it.
void load_cuda(const std::string& flag) {
  const std::string path = libtorch_folder() + "/libtorch_cuda.so";
  static const void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle != nullptr) return;
  const char* reason = dlerror();
  throw Error(ErrorKind::environment, flag + ": this LibTorch has no CUDA", kUseCpu,
              reason != nullptr ? reason : fmt::format("{} could not be loaded", path));
}

int usable_devices(const std::string& flag) {
  load_cuda(flag);
  if (!c10::impl::hasDeviceGuardImpl(c10::kCUDA)) return 0;
  return c10::impl::VirtualGuardImpl(c10::kCUDA).deviceCount();
}

}  // namespace

std::string libtorch_folder() {
  return library_folder(reinterpret_cast<const void*>(&at::get_num_threads));
}

c10::Device open_device(const std::string& text) {
  const std::string flag = "--device " + text;
  const std::optional<c10::Device> device = device_from_text(text);
  if (!device)
    throw Error(ErrorKind::usage, flag + ": no such kind of device", "give cpu, cuda or cuda:N");
  if (device->is_cpu()) return *device;

  const int count = usable_devices(flag);
  if (count == 0)
    throw Error(ErrorKind::environment, flag + ": there is no usable CUDA device", kUseCpu);
  if (device->index() >= count) {
    throw Error(
        ErrorKind::environment,
        fmt::format("{}: there is no such device, only {}", flag, counted(count, "CUDA device")),
        fmt::format("give a number from 0 to {}", count - 1));
  }
  return guarded(ErrorKind::environment, flag, [&] {
    at::globalContext().lazyInitDevice(c10::kCUDA);
    c10::impl::VirtualGuardImpl(c10::kCUDA).setDevice(*device);
    return *device;
  });
}

int count_cuda_devices() { return usable_devices("--device cuda"); }

void synchronize(const c10::Device& device) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  guard.synchronizeStream(guard.getStream(device));
}

void set_numerics(const c10::Device& device, int threads) {
  at::set_num_threads(std::max(threads, 1));
  if (device.is_cpu()) return;
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

}  // namespace tsctl
