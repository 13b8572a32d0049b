#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// The report as one self-contained page without network access and scripts: tables of what it holds and, for a bench,
// plots of the ratios with their intervals, the distribution of the calls, the order of the run and the warm-up.
std::string html_from_report(const Report& report);

}  // namespace tsctl
