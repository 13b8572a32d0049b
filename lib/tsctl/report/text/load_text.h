#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// How calls were offered, in half a sentence: "open loop, 200 calls/s at poisson times, …".
std::string loop_text(const LoadPlan& load);

// Lines about the load and what each arm made of it; nothing for one call after another.
std::string load_text(const BenchResult& bench);

// A table of what a sequence of input sets took, by arm and set; nothing without one.
std::string sequence_text(const BenchResult& bench);

}  // namespace tsctl
