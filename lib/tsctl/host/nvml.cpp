#include "tsctl/host/nvml.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>

#include "tsctl/core/base/device_name.h"

namespace tsctl {

namespace {

// Declarations from NVML's documentation.
using Status = int;  // 0 is success
using Device = struct NvmlDevice*;

constexpr unsigned kMultiprocessorClock = 1;
constexpr unsigned kMemoryClock = 2;
constexpr unsigned kDieSensor = 0;
constexpr std::size_t kTextBytes = 96;  // NVML's longest text, with its terminating zero

struct Memory {
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long used = 0;
};

constexpr std::uint64_t kIdle = 0x1;

struct Reason {
  std::uint64_t bit;
  const char* name;
};
constexpr std::array kReasons{Reason{0x2, "applications_clocks_setting"},
                              Reason{0x4, "sw_power_cap"},
                              Reason{0x8, "hw_slowdown"},
                              Reason{0x10, "sync_boost"},
                              Reason{0x20, "sw_thermal_slowdown"},
                              Reason{0x40, "hw_thermal_slowdown"},
                              Reason{0x80, "hw_power_brake_slowdown"},
                              Reason{0x100, "display_clock_setting"}};

class LoadedNvml : public Nvml {
 public:
  explicit LoadedNvml(void* library) : library_(library) {}

  ~LoadedNvml() override {
    if (started_) {
      if (const auto end = find<Status()>("nvmlShutdown")) end();
    }
    dlclose(library_);
  }

  bool start() {
    const auto begin = find<Status()>("nvmlInit_v2");
    const auto count = find<Status(unsigned*)>("nvmlDeviceGetCount_v2");
    const auto handle = find<Status(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2");
    if (!begin || !count || !handle || begin() != 0) return false;
    started_ = true;
    unsigned found = 0;
    if (count(&found) != 0) return false;
    for (unsigned i = 0; i < found; ++i) {
      Device device = nullptr;
      // A GPU that this user may not access keeps its number.
      devices_.push_back(handle(i, &device) == 0 ? device : nullptr);
    }
    // Newer drivers call throttle reasons "event reasons".
    reasons_ = find<ReasonsOf>("nvmlDeviceGetCurrentClocksEventReasons");
    if (!reasons_) reasons_ = find<ReasonsOf>("nvmlDeviceGetCurrentClocksThrottleReasons");
    clock_ = find<ClockOf>("nvmlDeviceGetClockInfo");
    return true;
  }

  std::vector<GpuInfo> gpus() const override {
    std::vector<GpuInfo> gpus;
    std::array<char, kTextBytes> driver{};
    const auto version = find<Status(char*, unsigned)>("nvmlSystemGetDriverVersion");
    if (version) version(driver.data(), kTextBytes - 1);
    for (const Device device : devices_) {
      gpus.push_back({.name = text_of("nvmlDeviceGetName", device), .driver = driver.data()});
      if (device != nullptr) describe(device, gpus.back());
    }
    return gpus;
  }

  std::vector<std::string> uuids() const override {
    std::vector<std::string> uuids;
    for (const Device device : devices_) uuids.push_back(text_of("nvmlDeviceGetUUID", device));
    return uuids;
  }

  GpuMoment look(std::size_t gpu) const override {
    GpuMoment moment;
    const Device device = gpu < devices_.size() ? devices_[gpu] : nullptr;
    if (device == nullptr) return moment;
    moment.clock_mhz = clock_of(clock_, device, kMultiprocessorClock);
    unsigned long long bits = 0;
    if (!reasons_ || reasons_(device, &bits) != 0) return moment;
    moment.idle = (bits & kIdle) != 0;
    for (const Reason& reason : kReasons) {
      if ((bits & reason.bit) != 0) moment.throttle_reasons.emplace_back(reason.name);
    }
    return moment;
  }

 private:
  using ClockOf = Status(Device, unsigned, unsigned*);
  using ReasonsOf = Status(Device, unsigned long long*);

  template <typename Signature>
  Signature* find(const char* name) const {
    return reinterpret_cast<Signature*>(dlsym(library_, name));
  }

  std::string text_of(const char* function, Device device) const {
    std::array<char, kTextBytes> text{};
    const auto read = find<Status(Device, char*, unsigned)>(function);
    if (device == nullptr || !read || read(device, text.data(), kTextBytes - 1) != 0) return {};
    return text.data();
  }

  static std::optional<double> clock_of(ClockOf* read, Device device, unsigned kind) {
    unsigned value = 0;
    if (read == nullptr || read(device, kind, &value) != 0) return std::nullopt;
    return value;
  }

  void describe(Device device, GpuInfo& gpu) const {
    gpu.clock_mhz = clock_of(clock_, device, kMultiprocessorClock);
    gpu.clock_max_mhz =
        clock_of(find<ClockOf>("nvmlDeviceGetMaxClockInfo"), device, kMultiprocessorClock);
    gpu.memory_clock_mhz = clock_of(clock_, device, kMemoryClock);
    gpu.temperature_c = clock_of(find<ClockOf>("nvmlDeviceGetTemperature"), device, kDieSensor);
    const auto memory_of = find<Status(Device, Memory*)>("nvmlDeviceGetMemoryInfo");
    Memory memory;
    if (memory_of && memory_of(device, &memory) == 0)
      gpu.memory_total_bytes = static_cast<std::int64_t>(memory.total);
  }

  void* library_;
  bool started_ = false;
  std::vector<Device> devices_ = {};
  ReasonsOf* reasons_ = nullptr;
  ClockOf* clock_ = nullptr;
};

std::optional<std::size_t> by_uuid(const std::string& name, const std::vector<std::string>& uuids) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < uuids.size(); ++i) {
    if (!uuids[i].starts_with(name)) continue;
    if (found) return std::nullopt;  // an ambiguous prefix
    found = i;
  }
  return found;
}

}  // namespace

std::unique_ptr<Nvml> Nvml::open(const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  auto nvml = std::make_unique<LoadedNvml>(handle);
  if (!nvml->start()) return nullptr;
  return nvml;
}

std::optional<std::size_t> gpu_of_device(const std::string& device, const CudaNumbering& numbering,
                                         const std::vector<GpuInfo>& gpus,
                                         const std::vector<std::string>& uuids) {
  const std::optional<DeviceName> named = device_name_from_text(device);
  if (!named || !named->cuda) return std::nullopt;
  auto number = static_cast<std::size_t>(named->index);
  if (numbering.visible) {
    std::istringstream list(*numbering.visible);
    std::string name;
    for (std::size_t i = 0; i <= number; ++i) {
      if (!std::getline(list, name, ',')) return std::nullopt;
    }
    std::erase(name, ' ');
    if (name.empty()) return std::nullopt;
    if (name.find_first_not_of("0123456789") != std::string::npos) return by_uuid(name, uuids);
    if (name.size() > 4) return std::nullopt;
    number = std::stoul(name);
  }
  const bool alike =
      std::ranges::all_of(gpus, [&](const GpuInfo& gpu) { return gpu.name == gpus.front().name; });
  if (number >= gpus.size() || !(alike || numbering.order == "PCI_BUS_ID")) return std::nullopt;
  return number;
}

}  // namespace tsctl
