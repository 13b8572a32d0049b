#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// Runs a file on every call of a tensor file, writes the outputs as another (unless `outputs_tensors` is empty) and
// sums up each leaf. Throws Error as MethodRunner and inputs_from_record do.
RunResult run_file(const RunRequest& request, Events& events);

}  // namespace tsctl
