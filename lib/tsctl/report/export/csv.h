#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// One table, the first of these that the report has: a row for each arm of the bench, compared output, output that was
// run, pass, doctor's check, tensor of an inspected file, difference between two files. Columns are named by the
// report's keys. RFC 4180 quoting; empty if the report has none of these tables.
std::string csv_from_report(const Report& report);

}  // namespace tsctl
