#pragma once

#include "tsctl/core/diff.h"

namespace tsctl {

// Compares two TorchScript files; runs no code of either. Tensors of the same name, dtype and shape are compared
// element by element, in index order. If B lacks a tensor of A, diff() looks for an equal one of another name, and then
// among B's constants. The calls of each method are aligned in the order of the code. Memory use is a few MB and
// independent of the size of the weights, except for tensors whose strides differ. Throws
// Error{input} if a file is not a TorchScript file.
DiffResult diff(const DiffOptions& options);

}  // namespace tsctl
