#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// The columns of a table of a run's outputs; one that starts with ">" is aligned to the right.
std::vector<std::string> run_titles();

// The cells of an output. One that is not a tensor has a value instead of its shape, and no more columns.
std::vector<std::string> run_cells(const OutputSummary& output);
inline constexpr std::size_t kRunColumnsOfValue = 4;

}  // namespace tsctl
