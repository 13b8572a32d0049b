#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// A part of a page under its heading; empty for an empty body.
std::string html_section(const std::string& title, const std::string& body);

// The part of a page about a bench: plots of the ratios, of the distribution of the calls' times, of the order of the
// run and of the warm-up, and tables of the quantiles, the machine and the system load.
std::string html_from_bench(const BenchResult& bench, const Environment& host);

}  // namespace tsctl
