#include "tsctl/host/memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "tsctl/host/control_group.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kKibibyte = 1024;
constexpr std::int64_t kReserveShare = 20;
constexpr std::int64_t kLeastReserveBytes = std::int64_t{256} << 20;

// A value of /proc/meminfo, which counts in KiB.
std::int64_t value_in_meminfo(const fs::path& root, const std::string& name) {
  std::ifstream file(root / "proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    std::int64_t value = 0;
    if (words >> key >> value && key == name + ":") return value * kKibibyte;
  }
  return 0;
}

// None for "max", and for a file that is not there.
std::optional<std::int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

// The limit of a control group of version 2, or else of version 1.
std::optional<std::int64_t> limit_of(const fs::path& group) {
  const auto limit = number_in(group / "memory.max");
  return limit ? limit : number_in(group / "memory.limit_in_bytes");
}

}  // namespace

std::int64_t memory_of_host(const fs::path& root) {
  std::int64_t bytes = value_in_meminfo(root, "MemTotal");
  for (const fs::path& group : memory_control_groups(root)) {
    if (const auto limit = limit_of(group)) bytes = std::min(bytes, *limit);
  }
  return bytes;
}

std::int64_t default_memory_limit(std::int64_t memory_bytes) {
  const std::int64_t reserve = std::max(memory_bytes / kReserveShare, kLeastReserveBytes);
  return std::max(memory_bytes - reserve, memory_bytes / 2);
}

}  // namespace tsctl
