#pragma once

#include "tsctl/bench/launched_arm.h"
#include "tsctl/process/jobs.h"

namespace tsctl {

// A launcher that gives each arm a worker process.
Launcher process_launcher(Jobs& jobs);

}  // namespace tsctl
