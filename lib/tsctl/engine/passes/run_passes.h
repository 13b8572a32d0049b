#pragma once

#include <iosfwd>
#include <span>
#include <vector>

#include "tsctl/core/base/events.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/engine/passes/model.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

// Runs the passes on the model in their order. A pass runs on one method after the other, or once on all of them.
// Neighbours in the list that repeat take turns on a method until none of them changes it.
// Gives a record for each pass and method, also for passes that the request disables. Graphs that the request wants
// printed go to `ir`.
std::vector<PassRecord> run_passes(std::span<const Pass> passes, const RewriteRequest& request,
                                   Model& model, Events& events, std::ostream& ir);

}  // namespace tsctl::passes
