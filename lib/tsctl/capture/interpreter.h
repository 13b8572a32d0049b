#pragma once

#include "tsctl/core/capture_api.h"

namespace tsctl {

// Starts the interpreter for `site` once per process; it is never finalized, because LibTorch and Python
// have a long history of crashing there. The calling thread does not hold the GIL afterwards.
// Throws Error{environment} when the site's Python is not the one that tsctl was built for, or does not start.
void ensure_interpreter(const PythonSite& site);

}  // namespace tsctl
