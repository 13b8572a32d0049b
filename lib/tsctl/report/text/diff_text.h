#pragma once

#include <string>

#include "tsctl/core/diff.h"

namespace tsctl {

// The differences for people: several lines, ending in a newline; one line when there are none. `verbose` lists all.
std::string text_from_diff(const DiffResult& diff, std::size_t width = 0, bool verbose = false);

// "values: 3 of 4 differ, by at most 0.5 (12% of the peak)", "became a constant", "added"
std::string change_text(const TensorChange& row);

// "names (3 differences), debug (none)"; empty if nothing was ignored.
std::string ignored_text(const DiffResult& diff);

}  // namespace tsctl
