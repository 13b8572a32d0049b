#pragma once

#include <string>

#include "tsctl/core/history.h"

namespace tsctl {

// A row for each night of each series, with RFC 4180 quoting. New columns are appended.
std::string csv_from_history(const History& history);

}  // namespace tsctl
