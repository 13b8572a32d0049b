#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// The table with a row for each arm, and the settings and conditions of the measurement.
std::string bench_text(const BenchResult& bench);

}  // namespace tsctl
