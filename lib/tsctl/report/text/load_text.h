#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// How calls were offered, in half a sentence: "open loop, 200 calls/s at poisson times, …".
std::string loop_text(const LoadPlan& load);

// Lines about the load and the calls that each arm completed; empty for the default load of one call after another.
std::string load_text(const BenchResult& bench);

// A table of the times of a sequence of input sets, by arm and set; empty without one.
std::string sequence_text(const BenchResult& bench, std::size_t width = 0);

}  // namespace tsctl
