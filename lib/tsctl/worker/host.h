#pragma once

#include "tsctl/core/report.h"

namespace tsctl {

// What can be read of this machine without LibTorch.
Environment describe_host();

// The threads a process of ours may really use: the smaller of its CPU affinity and its control group's quota
// (rounded down), at least 1. A machine's core count says nothing inside a container.
int usable_threads(const Environment& host);

}  // namespace tsctl
