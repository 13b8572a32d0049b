#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// Describes this machine, without LibTorch. Files are read below `root`, which is "/" except in tests; other facts,
// such as this process's CPU affinity, always come from this machine.
Environment describe_host(const std::filesystem::path& root = "/");

// The number of threads that a process can use: the smaller of its CPU affinity and its control group's quota,
// rounded down, at least 1. In a container the number of cores of the machine may be larger.
int usable_threads(const Environment& host);

// The processors that this process may run on, in ascending order.
std::vector<int> usable_processors();

// Chooses as many neighbouring processors out of `usable` as there are threads, by the random number `draw`. Returns
// none if there are not more processors than threads.
std::vector<int> cores_for(const std::vector<int>& usable, int threads, std::uint64_t draw);

// The environment variables, as NAME=VALUE in sorted order, that change the behaviour of LibTorch, its libraries or the
// allocator. `environment` ends with a null pointer.
std::vector<std::string> variables_of_interest(const char* const* environment);

}  // namespace tsctl
