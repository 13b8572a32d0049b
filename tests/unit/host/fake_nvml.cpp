// A fake NVML with two GPUs, of which the second may not be accessed. It is controlled by the environment variable
// TSCTL_FAKE_NVML: "no_driver" fails to start, "idle" has nothing to do.
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

int device_of_gpu_0 = 0;

bool is_told(std::string_view what) {
  const char* told = std::getenv("TSCTL_FAKE_NVML");
  return told != nullptr && what == told;
}

void give(const char* text, char* target, unsigned length) { std::strncpy(target, text, length); }

struct Memory {
  unsigned long long total, free, used;
};

}  // namespace

extern "C" {

int nvmlInit_v2() { return is_told("no_driver") ? 9 : 0; }
int nvmlShutdown() { return 0; }

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (index != 0) return 4;
  *device = &device_of_gpu_0;
  return 0;
}

int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  give("580.1", text, length);
  return 0;
}

int nvmlDeviceGetName(void* device, char* text, unsigned length) {
  if (device != &device_of_gpu_0) return 2;
  give("Fake GPU", text, length);
  return 0;
}

int nvmlDeviceGetUUID(void*, char* text, unsigned length) {
  give("GPU-0a1b", text, length);
  return 0;
}

int nvmlDeviceGetClockInfo(void*, unsigned kind, unsigned* mhz) {
  *mhz = kind == 1 ? 1410 : 5001;
  return 0;
}

int nvmlDeviceGetMaxClockInfo(void*, unsigned, unsigned* mhz) {
  *mhz = 1755;
  return 0;
}

// As a board without the sensor answers.
int nvmlDeviceGetTemperature(void*, unsigned, unsigned*) { return 3; }

int nvmlDeviceGetMemoryInfo(void*, Memory* memory) {
  *memory = {8ULL << 30, 1, 1};
  return 0;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void*, unsigned long long* bits) {
  *bits = is_told("idle") ? 0x1 : 0x4 | 0x40;
  return 0;
}

}  // extern "C"
