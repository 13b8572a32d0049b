#pragma once

#include "tsctl/core/arm.h"
#include "tsctl/core/wire.h"
#include "tsctl/worker/arm_load.h"

namespace tsctl {

// Runs a command on the arm that `request` opened and returns the answer. Throws what the arm throws.
WorkerMessage answer_of(const ArmRequest& request, Arm& arm, ArmLoad& load,
                        const FrontMessage& command);

}  // namespace tsctl
