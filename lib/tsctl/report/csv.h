#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// One table: a row for each arm of the bench if there was one, otherwise one for each compared output, otherwise one
// for each output that was run. Columns are named by the report's keys. RFC 4180 quoting.
std::string csv_from_report(const Report& report);

}  // namespace tsctl
