#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// The report as one page that needs nothing else, no network and no script: its text, and of a bench the ratios with
// their intervals, the quantiles and the warm-up as pictures.
std::string html_from_report(const Report& report);

}  // namespace tsctl
