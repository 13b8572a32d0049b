#pragma once

#include <string>

#include "tsctl/core/bench.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// The table with a row for each arm, and the settings of the measurement. Verbose adds its conditions: warm-up, opening
// and system load.
std::string bench_text(const BenchResult& bench, const TextOptions& options);

}  // namespace tsctl
