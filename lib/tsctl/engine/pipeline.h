#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// Freezes a file, or freezes and optimizes it, and writes the result. The model is not run. Every kept method goes
// through the passes like forward. Memory: the weights once, and once more for those that a fold rewrites.
// Throws Error{usage} for a name to preserve that the model does not have and for freeze_constants disabled,
// Error{input} for the file, Error{execution} for what LibTorch cannot freeze, Error{environment} for the output.
RewriteResult rewrite(const RewriteRequest& request, Events& events);

}  // namespace tsctl
