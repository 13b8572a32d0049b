#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/doctor.h"

namespace tsctl {

// Describes the loaded LibTorch and its features that affect speed. With `with_cuda` it also lists the CUDA devices;
// missing devices are a finding, not an error.
DescribeResult describe_libtorch(const DescribeRequest& request, Events& events);

}  // namespace tsctl
