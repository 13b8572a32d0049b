#pragma once

#include <string>
#include <vector>

#include "options/arm_spec.h"

namespace tsctl {

// Throws Error{usage} for what only a GPU can do where `device` is the CPU.
void require_device_settings(const std::vector<ArmSpec>& specs, bool cold_cache,
                             const std::string& device);

}  // namespace tsctl
