#pragma once

#include "tsctl/core/diff.h"

namespace tsctl {

// Compares two TorchScript files without running anything in them. Tensors of the same name, dtype and shape are
// compared element by element, whatever their strides; a parameter that B lacks is looked for among B's constants.
// Memory does not depend on the size of the weights (a few MB), except for tensors whose strides differ. Throws
// Error{input} for what is no TorchScript file.
DiffResult diff(const DiffOptions& options);

}  // namespace tsctl
