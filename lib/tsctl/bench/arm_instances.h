#pragma once

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Returns a launcher whose arms consist of `count` processes. The processes run at the same time under load.
// Otherwise, for example in the warm-up, they run one after another, and the times are those of the first process.
Launcher instances_launcher(const Launcher& launch, int count);

}  // namespace tsctl
