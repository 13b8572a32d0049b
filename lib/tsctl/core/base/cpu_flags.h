#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace tsctl {

// What the first processor can do, in the words of /proc/cpuinfo below `root`; none where it does not tell.
std::set<std::string> cpu_flags(const std::filesystem::path& root = "/");

}  // namespace tsctl
