#pragma once

#include <cstdint>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// What can be read of this machine without LibTorch.
Environment describe_host();

// The threads a process of ours may really use: the smaller of its CPU affinity and its control group's quota
// (rounded down), at least 1. A machine's core count says nothing inside a container.
int usable_threads(const Environment& host);

// The processors that this process may run on, ascending.
std::vector<int> usable_processors();

// As many neighbouring processors out of `usable` as there are threads, which ones by `draw`; none when there are not
// more processors than threads.
std::vector<int> cores_for(const std::vector<int>& usable, int threads, std::uint64_t draw);

}  // namespace tsctl
