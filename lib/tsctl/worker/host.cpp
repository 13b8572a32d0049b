#include "tsctl/worker/host.h"

#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace tsctl {

namespace {

// The instruction sets that LibTorch, oneDNN and MKL choose their kernels by, as /proc/cpuinfo names them.
constexpr std::array kFeatures{"avx2",        "fma",         "avx512f",  "avx512bw",
                               "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16",
                               "amx_int8",    "asimd",       "sve"};

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string value_after_colon(const std::string& line) {
  const std::size_t colon = line.find(": ");
  return colon == std::string::npos ? std::string() : line.substr(colon + 2);
}

void read_cpuinfo(Environment& host) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line) && !line.empty()) {
    if (line.starts_with("model name")) host.cpu = value_after_colon(line);
    if (line.starts_with("flags") || line.starts_with("Features")) {
      const std::string flags = " " + value_after_colon(line) + " ";
      for (const char* feature : kFeatures) {
        if (flags.find(" " + std::string(feature) + " ") != std::string::npos)
          host.cpu_features.emplace_back(feature);
      }
    }
  }
}

std::optional<double> quota_from(const std::string& folder) {
  std::istringstream text(first_line(folder + "/cpu.max"));
  std::string quota;
  double period = 0.0;
  if (!(text >> quota >> period) || quota == "max" || period <= 0.0) return std::nullopt;
  return std::stod(quota) / period;
}

// The tightest quota on the way from this process's control group (version 2) up to the root.
std::optional<double> cpu_quota() {
  std::string group = first_line("/proc/self/cgroup");
  if (!group.starts_with("0::")) return std::nullopt;
  group = group.substr(3);
  std::optional<double> tightest;
  while (true) {
    const auto quota = quota_from("/sys/fs/cgroup" + group);
    if (quota && (!tightest || *quota < *tightest)) tightest = quota;
    const std::size_t slash = group.find_last_of('/');
    if (group.empty() || slash == std::string::npos) return tightest;
    group = group.substr(0, slash);
  }
}

std::string os_name() {
  std::ifstream file("/etc/os-release");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("PRETTY_NAME=")) {
      std::string name = line.substr(std::string("PRETTY_NAME=").size());
      std::erase(name, '"');
      return name;
    }
  }
  return {};
}

}  // namespace

Environment describe_host() {
  Environment host;
  host.os = os_name();
  utsname kernel = {};
  if (uname(&kernel) == 0) host.kernel = kernel.release;
  read_cpuinfo(host);
  host.cores_visible = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  CPU_ZERO(&set);
  host.cores_affinity =
      sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : host.cores_visible;
  host.cores_quota = cpu_quota();
  struct sysinfo memory = {};
  if (sysinfo(&memory) == 0) {
    host.memory_total_bytes = static_cast<std::int64_t>(memory.totalram) * memory.mem_unit;
  }
  host.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  return host;
}

int usable_threads(const Environment& host) {
  int threads = std::max(1, host.cores_affinity);
  if (host.cores_quota)
    threads = std::min(threads, static_cast<int>(std::floor(*host.cores_quota)));
  return std::max(1, threads);
}

std::vector<int> usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &set)) processors.push_back(i);
  }
  return processors;
}

std::vector<int> cores_for(const std::vector<int>& usable, int threads, std::uint64_t draw) {
  const auto wanted = static_cast<std::size_t>(std::max(1, threads));
  if (usable.size() <= wanted) return {};
  std::vector<int> cores;
  for (std::size_t i = 0; i < wanted; ++i)
    cores.push_back(usable[(draw % usable.size() + i) % usable.size()]);
  return cores;
}

}  // namespace tsctl
