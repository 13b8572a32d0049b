#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/doctor.h"

namespace tsctl {

// What the loaded LibTorch is and which of its speed levers are live. With `with_cuda` the devices too; that they
// are missing is a finding, not an error.
DescribeResult describe_libtorch(const DescribeRequest& request, Events& events);

}  // namespace tsctl
