#pragma once

#include <string>

#include "options/arm_spec.h"
#include "steps/subject.h"

namespace tsctl {

// Gives the subject what the arm says of how it is run. Throws Error{usage} for a setting that does not fit it.
void apply_settings(const ArmSpec& spec, const std::string& device, Subject& subject);

ArmKind arm_kind(const Subject& subject);

}  // namespace tsctl
