#pragma once

#include <vector>

#include "tsctl/core/base/warning.h"

namespace tsctl {

// Without the warnings about a tuning that is unavailable: the arm reports these itself, in more detail.
std::vector<Warning> without_tuning(std::vector<Warning> warnings);

}  // namespace tsctl
