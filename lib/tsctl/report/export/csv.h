#pragma once

#include <string>

#include "tsctl/core/reports.h"

namespace tsctl {

// One table, the first of these that a report has: a row for each arm of the bench, compared output, output that was
// run, pass, doctor's check, tensor of an inspected file, difference between two files. Columns are named by the
// report's keys, and the last ones say what was run, when and with which versions. A cell holds a number or a text: a
// list of numbers is joined by "x" (1x3x224x224), a list of texts by "; ", and a list of objects is its length. RFC 4180
// quoting; empty if the reports have none of these tables. Throws Error{usage} for reports with different tables.
std::string csv_from_report(const Reports& reports);

}  // namespace tsctl
