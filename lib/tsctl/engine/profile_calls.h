#pragma once

#include "tsctl/core/profile_recording.h"
#include "tsctl/engine/method_runner.h"

namespace tsctl {

// Records calls of a warmed-up method, node by node, and times as many calls without recording in between. LibTorch's
// exceptions pass through.
ProfileRecording profile_calls(MethodRunner& runner, const CallInputs& inputs,
                               const ProfileRequest& request);

}  // namespace tsctl
