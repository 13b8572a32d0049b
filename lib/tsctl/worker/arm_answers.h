#pragma once

#include "tsctl/core/arm.h"
#include "tsctl/core/wire.h"
#include "tsctl/worker/arm_load.h"

namespace tsctl {

// Runs a command on an open arm and returns the answer. Throws what the arm throws.
WorkerMessage answer_of(Arm& arm, ArmLoad& load, const FrontMessage& command);

}  // namespace tsctl
