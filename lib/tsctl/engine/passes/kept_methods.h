#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "tsctl/core/rewrite.h"

namespace tsctl {

// The methods that a rewritten file keeps: forward, those that are to be preserved, and all methods of a file that was
// frozen before. Throws Error{usage} for a name to preserve that is neither a method nor an attribute of the model, and
// where no method is left.
std::vector<std::string> kept_methods(const torch::jit::Module& module,
                                      const RewriteRequest& request, bool was_frozen);

}  // namespace tsctl
