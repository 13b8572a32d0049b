#pragma once

#include "tsctl/bench/launched_arm.h"
#include "tsctl/process/jobs.h"

namespace tsctl {

// The number of cores that an arm is pinned to in a round: one for each thread. On a busy host the passive threads of a
// small team take turns on one core instead. Waits for one another are left out like other waits, and the team no longer
// runs now on one core and now on two, which differ by more than half (decision 25).
int cores_to_pin_to(const ArmRequest& request);

// A launcher that gives each arm a worker process.
Launcher process_launcher(Jobs& jobs);

}  // namespace tsctl
