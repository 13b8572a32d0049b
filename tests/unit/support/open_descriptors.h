#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace tsctl {

// The descriptors that this process has open.
inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator folder("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

}  // namespace tsctl
