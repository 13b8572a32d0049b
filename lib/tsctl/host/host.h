#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// What can be read of this machine without LibTorch. `root` is "/" but for tests; what is no file, such as this
// process's affinity, is always this machine's.
Environment describe_host(const std::filesystem::path& root = "/");

// The threads a process of ours may really use: the smaller of its CPU affinity and its control group's quota
// (rounded down), at least 1. A machine's core count says nothing inside a container.
int usable_threads(const Environment& host);

// The processors that this process may run on, ascending.
std::vector<int> usable_processors();

// As many neighbouring processors out of `usable` as there are threads, which ones by `draw`; none when there are not
// more processors than threads.
std::vector<int> cores_for(const std::vector<int>& usable, int threads, std::uint64_t draw);

// Those NAME=VALUE of an environment (ended by a null pointer) that change how LibTorch, its libraries or the heap
// work, sorted.
std::vector<std::string> variables_of_interest(const char* const* environment);

}  // namespace tsctl
