#pragma once

#include "tsctl/core/arm.h"
#include "tsctl/core/wire.h"
#include "tsctl/worker/arm_load.h"

namespace tsctl {

// What an open arm answers: to "time_calls", or to "arm" with one of the jobs use_set, call_sets (sets are numbers, with
// spaces between several), load, transfers and profile. Throws what the arm throws.
WireMessage answer_of(Arm& arm, ArmLoad& load, const WireMessage& message);

}  // namespace tsctl
