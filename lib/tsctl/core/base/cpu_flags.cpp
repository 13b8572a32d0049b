#include "tsctl/core/base/cpu_flags.h"

#include <fstream>
#include <sstream>

namespace tsctl {

std::set<std::string> cpu_flags(const std::filesystem::path& root) {
  std::ifstream file(root / "proc/cpuinfo");
  std::set<std::string> flags;
  for (std::string line; flags.empty() && std::getline(file, line);) {
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) flags.insert(word);
  }
  return flags;
}

}  // namespace tsctl
