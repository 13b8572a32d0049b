#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// The state of a GPU at one time.
struct GpuMoment {
  std::optional<double> clock_mhz = {};            // of the streaming multiprocessors
  bool idle = false;                               // so its clocks are low
  std::vector<std::string> throttle_reasons = {};  // why its clocks are limited: "sw_power_cap", …
};

// NVIDIA's management library (NVML), which comes with the driver and is loaded at run time.
class Nvml {
 public:
  // Returns null if the library or the driver is missing.
  static std::unique_ptr<Nvml> open(const std::string& library = "libnvidia-ml.so.1");
  virtual ~Nvml() = default;

  // All GPUs of the machine, in PCI bus order.
  virtual std::vector<GpuInfo> gpus() const = 0;
  virtual std::vector<std::string> uuids() const = 0;
  virtual GpuMoment look(std::size_t gpu) const = 0;
};

// The settings for CUDA's device numbers: the values of CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER.
struct CudaNumbering {
  std::optional<std::string> visible = {};
  std::string order = {};
};

// The index in `gpus` of the GPU that CUDA calls "cuda" or "cuda:N"; nullopt if it is unknown. By default CUDA puts the
// fastest GPU first, so GPUs of different models can only be identified by UUID or with the order PCI_BUS_ID.
std::optional<std::size_t> gpu_of_device(const std::string& device, const CudaNumbering& numbering,
                                         const std::vector<GpuInfo>& gpus,
                                         const std::vector<std::string>& uuids);

}  // namespace tsctl
