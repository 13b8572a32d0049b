#pragma once

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// A launcher whose arms are `count` processes each, which are under load at the same time and called one by one
// otherwise, as for their warm-up; the times of such calls are those of the first.
Launcher instances_launcher(const Launcher& launch, int count);

}  // namespace tsctl
