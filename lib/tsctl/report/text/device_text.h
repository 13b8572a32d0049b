#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// The parts of the arms' calls on a device, and the settings that were not available; empty where there are neither.
std::string device_text(const BenchResult& bench);

}  // namespace tsctl
