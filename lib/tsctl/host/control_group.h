#pragma once

#include <filesystem>
#include <vector>

namespace tsctl {

// The folders of the control groups that limit this process's CPU time: its own group first, then its parents up to
// the root of the hierarchy. They belong to version 1 if it has the controller "cpu", otherwise to version 2. In a
// container the names are often those of the host, so only the root folder exists. `root` is "/" except in tests.
std::vector<std::filesystem::path> cpu_control_groups(const std::filesystem::path& root = "/");

// The same for the memory.
std::vector<std::filesystem::path> memory_control_groups(const std::filesystem::path& root = "/");

}  // namespace tsctl
