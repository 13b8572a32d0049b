#pragma once

#include <string>
#include <vector>

#include "options/arm_spec.h"

namespace tsctl {

// Throws Error{usage} if `device` is the CPU and a setting needs a GPU.
void require_device_settings(const std::vector<ArmSpec>& specs, bool cold_cache,
                             const std::string& device);

}  // namespace tsctl
