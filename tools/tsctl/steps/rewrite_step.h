#pragma once

#include <string>

#include "options/option_groups.h"
#include "session/command_session.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// Freezes or optimizes the file `from` into `to` and adds the passes to the report.
RewriteResult rewrite_step(CommandSession& session, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes);

}  // namespace tsctl
