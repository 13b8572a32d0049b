#pragma once

#include <string>
#include <vector>

#include "arm_spec.h"
#include "subject.h"

namespace tsctl {

// Throws Error{usage} for what only a GPU can do where `device` is the CPU, and for a CUDA graph of what is no file.
void require_device_settings(const std::vector<ArmSpec>& specs,
                             const std::vector<Subject>& subjects, bool cold_cache,
                             const std::string& device);

}  // namespace tsctl
