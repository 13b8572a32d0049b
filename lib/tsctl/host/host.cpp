#include "tsctl/host/host.h"

#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "tsctl/core/base/cpu_flags.h"
#include "tsctl/host/control_group.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

// The instruction sets by which LibTorch, oneDNN and MKL choose their kernels, named as in /proc/cpuinfo.
constexpr std::array kFeatures{"avx2",        "fma",         "avx512f",  "avx512bw",
                               "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16",
                               "amx_int8",    "asimd",       "sve"};

// Names of variables; a star at the end matches any text.
constexpr std::array<std::string_view, 17> kVariables{"ATEN_*",
                                                      "CUDA_DEVICE_ORDER",
                                                      "CUDA_LAUNCH_BLOCKING",
                                                      "CUDA_MODULE_LOADING",
                                                      "CUDA_VISIBLE_DEVICES",
                                                      "DNNL_*",
                                                      "GLIBC_TUNABLES",
                                                      "GOMP_*",
                                                      "KMP_*",
                                                      "LD_PRELOAD",
                                                      "MALLOC_*",
                                                      "MKL_*",
                                                      "NVIDIA_TF32_OVERRIDE",
                                                      "OMP_*",
                                                      "ONEDNN_*",
                                                      "PYTORCH_*",
                                                      "TORCH_*"};

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string value_after_colon(const std::string& line) {
  const std::size_t colon = line.find(": ");
  return colon == std::string::npos ? std::string() : line.substr(colon + 2);
}

void read_cpuinfo(const fs::path& root, Environment& host) {
  std::ifstream file(root / "proc/cpuinfo");
  std::string line;
  while (std::getline(file, line) && !line.empty()) {
    if (line.starts_with("model name")) host.cpu = value_after_colon(line);
  }
  const std::set<std::string> flags = cpu_flags(root);
  for (const char* feature : kFeatures) {
    if (flags.contains(feature)) host.cpu_features.emplace_back(feature);
  }
}

// Version 2 has quota and period in one file, with "max" for no quota. Version 1 has a file for each, with -1 for no
// quota.
std::optional<double> quota_of(const fs::path& group) {
  const std::string line = first_line(group / "cpu.max");
  std::istringstream text(!line.empty() ? line
                                        : first_line(group / "cpu.cfs_quota_us") + " " +
                                              first_line(group / "cpu.cfs_period_us"));
  double quota = 0.0;
  double period = 0.0;
  if (!(text >> quota >> period) || quota <= 0.0 || period <= 0.0) return std::nullopt;
  return quota / period;
}

// The smallest quota of this process's control group and its parents.
std::optional<double> cpu_quota(const fs::path& root) {
  std::optional<double> smallest;
  for (const fs::path& group : cpu_control_groups(root)) {
    const auto quota = quota_of(group);
    if (quota && (!smallest || *quota < *smallest)) smallest = quota;
  }
  return smallest;
}

// The processors of each node, in the order of the nodes' numbers. A node that has only memory has none.
std::vector<std::string> numa_nodes(const fs::path& root) {
  std::vector<std::pair<int, std::string>> nodes;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(root / "sys/devices/system/node", absent)) {
    const std::string name = entry.path().filename();
    const std::string number = name.starts_with("node") ? name.substr(4) : "";
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) continue;
    nodes.emplace_back(std::stoi(number), first_line(entry.path() / "cpulist"));
  }
  std::ranges::sort(nodes);
  std::vector<std::string> processors;
  for (auto& [number, list] : nodes) processors.push_back(std::move(list));
  return processors;
}

bool is_of_interest(std::string_view name) {
  return std::ranges::any_of(kVariables, [name](std::string_view pattern) {
    if (!pattern.ends_with('*')) return name == pattern;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
  });
}

std::string os_name(const fs::path& root) {
  std::ifstream file(root / "etc/os-release");
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

Environment describe_host(const fs::path& root) {
  Environment host;
  host.os = os_name(root);
  utsname kernel = {};
  if (uname(&kernel) == 0) {
    host.host_name = kernel.nodename;
    host.kernel = kernel.release;
  }
  read_cpuinfo(root, host);
  host.cores_visible = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  CPU_ZERO(&set);
  host.cores_affinity =
      sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : host.cores_visible;
  host.cores_quota = cpu_quota(root);
  struct sysinfo memory = {};
  if (sysinfo(&memory) == 0) {
    host.memory_total_bytes = static_cast<std::int64_t>(memory.totalram) * memory.mem_unit;
  }
  host.governor = first_line(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  host.numa_nodes = numa_nodes(root);
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

std::vector<std::string> variables_of_interest(const char* const* environment) {
  std::vector<std::string> found;
  for (; *environment != nullptr; ++environment) {
    const std::string_view pair(*environment);
    if (is_of_interest(pair.substr(0, pair.find('=')))) found.emplace_back(pair);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace tsctl
