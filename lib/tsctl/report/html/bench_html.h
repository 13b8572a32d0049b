#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// The part of a page about a bench: a table of the arms, and plots of the ratios, of the distribution of the calls'
// times, of the order of the run and of the warm-up, with their tables.
std::string html_from_bench(const BenchResult& bench);

}  // namespace tsctl
