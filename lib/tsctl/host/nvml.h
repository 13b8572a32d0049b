#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// What a GPU does at one moment.
struct GpuMoment {
  std::optional<double> clock_mhz = {};  // of the streaming multiprocessors
  bool idle = false;                     // nothing runs on it, and its clocks sink for that reason
  std::vector<std::string> throttle_reasons =
      {};  // why its clocks are held down: "sw_power_cap", …
};

// NVIDIA's management library, loaded at run time: it comes with the driver, and nothing here needs it.
class Nvml {
 public:
  // Nothing where the library or its driver is missing.
  static std::unique_ptr<Nvml> open(const std::string& library = "libnvidia-ml.so.1");
  virtual ~Nvml() = default;

  // All GPUs of the machine, in the order of their places on the bus.
  virtual std::vector<GpuInfo> gpus() const = 0;
  virtual std::vector<std::string> uuids() const = 0;
  virtual GpuMoment look(std::size_t gpu) const = 0;
};

// How CUDA was told to number its devices: the values of CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER.
struct CudaNumbering {
  std::optional<std::string> visible = {};
  std::string order = {};
};

// Which of the machine's GPUs CUDA calls "cuda" or "cuda:N". None where that cannot be known: CUDA puts the fastest
// first unless told otherwise, so among unlike GPUs only a UUID or the order PCI_BUS_ID tells.
std::optional<std::size_t> gpu_of_device(const std::string& device, const CudaNumbering& numbering,
                                         const std::vector<GpuInfo>& gpus,
                                         const std::vector<std::string>& uuids);

}  // namespace tsctl
