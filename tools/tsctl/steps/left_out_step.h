#pragma once

#include <functional>

#include "options/option_groups.h"
#include "session/command_session.h"

namespace tsctl {

// Optimizes and compares again with exact passes only, by `again`, if the last comparison of the report alone found other
// outputs, passes that may change floating-point results changed the model, and --only-pass does not ask for them. Adds
// all such passes to those that do not run, moves that comparison to Report::left_out, and warns of the passes if the file
// without them passes the new comparison.
void leave_out_inexact_passes(CommandSession& session, PassFlags& passes,
                              const std::function<void()>& again);

}  // namespace tsctl
