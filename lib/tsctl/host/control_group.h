#pragma once

#include <filesystem>
#include <vector>

namespace tsctl {

// The folders of the control groups that limit this process's CPU time: its own first, then those around it up to the
// root of the hierarchy. Version 1 where that has the controller "cpu", version 2 otherwise. Inside a container the
// names are often those of the host, and only the root is there. `root` is "/" but for tests.
std::vector<std::filesystem::path> cpu_control_groups(const std::filesystem::path& root = "/");

}  // namespace tsctl
