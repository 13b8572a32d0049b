#pragma once

#include <string>

#include "tsctl/core/history.h"

namespace tsctl {

// A history as a self-contained page: a table of the series, and for each a plot and a table of its nights.
std::string html_from_history(const History& history, HistoryMetric metric,
                              bool undecided_allowed = false);

}  // namespace tsctl
