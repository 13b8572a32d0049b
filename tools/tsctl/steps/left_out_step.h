#pragma once

#include "options/option_groups.h"
#include "session/command_session.h"

namespace tsctl {

// Whether to optimize and compare again with exact passes only: the last comparison of the report alone found other
// outputs, passes that may change floating-point results changed the model, and --only-pass does not ask for them. If
// so, adds all such passes to those that do not run, and moves that comparison to Report::left_out.
bool leaves_out_inexact_passes(CommandSession& session, PassFlags& passes);

// Warns of the passes that were left out, if the file without them passes the comparison.
void warn_of_left_out_passes(CommandSession& session);

}  // namespace tsctl
