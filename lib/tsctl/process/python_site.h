#pragma once

#include <string>

#include "tsctl/core/capture_api.h"
#include "tsctl/process/interrupt.h"

namespace tsctl {

// How long an interpreter may take to answer, and what ends the wait for it.
struct ProbeLimits {
  double timeout_s = 0.0;  // 0 is none
  Interrupt* interrupt = nullptr;
};

// Asks an interpreter where its libpython is and which torch it has, without importing torch (about 50 ms).
// Throws Error{environment} when it cannot be run, has no shared libpython, or is not of the Python version or torch
// version that this build of tsctl was made for; the hint says how to build for it. The interpreter and all that it starts
// end with the answer, at the time-out and on a signal, which becomes Interrupted.
PythonSite probe_python(const std::string& executable, const std::string& package_dir,
                        const ProbeLimits& limits = {});

// The same without the checks, for doctor. Throws only when it cannot be run.
PythonSite look_at_python(const std::string& executable, const std::string& package_dir,
                          const ProbeLimits& limits = {});

// The versions that this build was made for.
std::string built_for_python();
std::string built_for_torch();

// The interpreter of the build, used without --python and TSCTL_PYTHON; "" for a build without the engine.
std::string default_python();

}  // namespace tsctl
