#pragma once

#include <string>
#include <vector>

#include "tsctl/core/history.h"
#include "tsctl/core/report.h"

namespace tsctl::history {

// What a report says about one of its arms, as a series with one night. The night has no time and no report.
// `model` replaces the name of the model if it is not empty.
std::vector<HistorySeries> arms_of(const Report& report, const std::string& model);

}  // namespace tsctl::history
