#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// What the arms' calls on a device are made of, and what of their tuning was not to be had; "" where there is neither.
std::string device_text(const BenchResult& bench);

}  // namespace tsctl
