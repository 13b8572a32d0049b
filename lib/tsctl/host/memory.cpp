#include "tsctl/host/memory.h"

#include <algorithm>
#include <array>
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

// The number behind a key at the beginning of a line.
std::optional<std::int64_t> value_in(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    std::int64_t value = 0;
    if (words >> word >> value && word == key) return value;
  }
  return std::nullopt;
}

// A value of /proc/meminfo, which counts in KiB.
std::int64_t value_in_meminfo(const fs::path& root, const std::string& name) {
  return value_in(root / "proc/meminfo", name + ":").value_or(0) * kKibibyte;
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

// What a control group uses and cannot give back.
std::int64_t held_by(const fs::path& group) {
  const auto used = number_in(group / "memory.current");
  std::int64_t held = used ? *used : number_in(group / "memory.usage_in_bytes").value_or(0);
  // The page cache; version 1 also counts that of the groups inside under names of its own.
  constexpr std::array kCaches{"inactive_file", "active_file", "slab_reclaimable"};
  for (const char* cache : kCaches) {
    const fs::path statistics = group / "memory.stat";
    const auto total = value_in(statistics, std::string("total_") + cache);
    held -= total ? *total : value_in(statistics, cache).value_or(0);
  }
  return std::max<std::int64_t>(held, 0);
}

}  // namespace

std::int64_t memory_of_host(const fs::path& root) {
  std::int64_t bytes = value_in_meminfo(root, "MemTotal");
  for (const fs::path& group : memory_control_groups(root)) {
    if (const auto limit = limit_of(group)) bytes = std::min(bytes, *limit);
  }
  return bytes;
}

std::optional<std::int64_t> available_memory(const fs::path& root) {
  const fs::path meminfo = root / "proc/meminfo";
  if (!value_in(meminfo, "MemAvailable:")) return std::nullopt;
  std::int64_t bytes = value_in_meminfo(root, "MemAvailable");
  for (const fs::path& group : memory_control_groups(root)) {
    const auto limit = limit_of(group);
    if (limit) bytes = std::min(bytes, std::max<std::int64_t>(*limit - held_by(group), 0));
  }
  return bytes + value_in_meminfo(root, "SwapFree");
}

std::int64_t default_memory_limit(std::int64_t memory_bytes) {
  const std::int64_t reserve = std::max(memory_bytes / kReserveShare, kLeastReserveBytes);
  return std::max(memory_bytes - reserve, memory_bytes / 2);
}

}  // namespace tsctl
