#pragma once

#include <string>

#include "options/arm_spec.h"
#include "steps/subject.h"

namespace tsctl {

// Throws Error{usage} for a setting of the arm that does not fit its model or runtime.
void require_fitting_settings(const ArmSpec& spec, const std::string& device,
                              const Subject& subject);

}  // namespace tsctl
