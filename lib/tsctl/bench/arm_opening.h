#pragma once

#include <vector>

#include "tsctl/core/bench.h"

namespace tsctl {

// The median of each number over the launches that have it; none where no launch does.
ArmOpening median_opening(const std::vector<ArmOpening>& launches);

}  // namespace tsctl
