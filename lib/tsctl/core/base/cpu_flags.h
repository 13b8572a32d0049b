#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace tsctl {

// The flags of the first CPU in /proc/cpuinfo below `root` ("avx2"); empty if the file does not list any.
std::set<std::string> cpu_flags(const std::filesystem::path& root = "/");

}  // namespace tsctl
