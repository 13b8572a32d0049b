#pragma once

#include <string>

#include "tsctl/core/diff.h"

namespace tsctl {

// The differences for people: several lines, ending in a newline; one line when there are none.
std::string text_from_diff(const DiffResult& diff, std::size_t width = 0);

}  // namespace tsctl
