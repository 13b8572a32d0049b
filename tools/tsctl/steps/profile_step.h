#pragma once

#include <vector>

#include "options/profile_options.h"
#include "session/command_session.h"
#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Profiles the arms one after another, each in its own process, and adds the profiles to the report's bench.
void profile_step(CommandSession& session, const std::vector<BenchArm>& arms,
                  const ProfileFlags& flags);

}  // namespace tsctl
