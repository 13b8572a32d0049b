#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// Runs a file on every call of a tensor file and summarizes each output. Writes the outputs to a tensor file, unless
// `outputs_tensors` is empty. Throws Error like MethodRunner and inputs_from_record().
RunResult run_file(const RunRequest& request, Events& events);

}  // namespace tsctl
