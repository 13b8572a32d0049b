#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/events.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/engine/passes/model.h"
#include "tsctl/engine/passes/speed_check.h"

namespace tsctl::passes {

// The model after the passes, and what they did.
struct Rewritten {
  Model model;
  RewriteResult result = {};
};

// Runs the passes on the file of the request, without those that are disabled.
using RunPasses = std::function<Rewritten(const RewriteRequest&)>;
// Compares the speed of a rewritten model with that of the file that came in. Null without inputs.
using SpeedOf = std::function<std::optional<SpeedCheck>(const Rewritten&)>;

// Gives `first` unless it is slower than the file that came in. Then runs the passes again: without each optimization
// that changed something, the last one first; without all that pack layers; without all of them. Gives the first
// result that is not slower, with the warning `pass_left_out`; or `first` with the warning `slower_than_input`.
Rewritten without_slower_passes(const RewriteRequest& request, Rewritten first,
                                const RunPasses& run_passes, const SpeedOf& speed_of);

}  // namespace tsctl::passes
