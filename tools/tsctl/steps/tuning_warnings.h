#pragma once

#include <string>
#include <vector>

#include "tsctl/core/base/warning.h"

namespace tsctl {

// Without the warnings about a tuning that is unavailable: the arm reports these itself, in more detail.
std::vector<Warning> without_tuning(std::vector<Warning> warnings);

// The text of such a warning; "" if there is none.
std::string tuning_reason_in(const std::vector<Warning>& warnings);

}  // namespace tsctl
