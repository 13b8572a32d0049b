#pragma once

#include <string>

#include "tsctl/core/diff.h"

namespace tsctl {

// Two files side by side, and a table for each kind of difference.
std::string html_from_diff(const DiffResult& diff);

}  // namespace tsctl
