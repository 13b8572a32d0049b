#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// A part of a page under its heading; empty for an empty body.
std::string html_section(const std::string& title, const std::string& body);

// What a page shows of a bench: plots of the ratios, of how the calls' times are distributed, of how they went during
// the run and at its beginning, and tables of the quantiles, the machine and its noise.
std::string html_from_bench(const BenchResult& bench, const Environment& host);

}  // namespace tsctl
