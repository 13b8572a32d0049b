#pragma once

#include "tsctl/core/rewrite.h"
#include "tsctl/engine/passes/model.h"

namespace tsctl {

// Fills in what a rewritten model is: its methods, the size of its constants, and a warning for each dropout that is
// still active. Throws Error{execution} for constants that LibTorch writes and cannot load again.
void describe_rewritten(const passes::Model& model, const RewriteRequest& request,
                        RewriteResult& result);

}  // namespace tsctl
