#pragma once

#include "tsctl/archive/diff_side.h"
#include "tsctl/core/diff.h"

namespace tsctl {

// Fills the structure of the result: the calls of each method that both files have, aligned in the order of the code. Notes
// say of which methods the calls could not be aligned.
void compare_structure(const ModelSummary& a, const ModelSummary& b, DiffResult& result);

}  // namespace tsctl
