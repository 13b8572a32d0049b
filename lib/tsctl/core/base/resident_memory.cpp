#include "tsctl/core/base/resident_memory.h"

#include <fstream>

namespace tsctl {

std::optional<std::int64_t> resident_bytes(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    std::int64_t kibibytes = 0;
    if (status >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

}  // namespace tsctl
