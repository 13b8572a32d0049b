#pragma once

#include <vector>

#include "tsctl/core/bench.h"

namespace tsctl {

// The median of each member over the launches that have it; a member that no launch has stays empty.
ArmOpening median_opening(const std::vector<ArmOpening>& launches);

}  // namespace tsctl
