#pragma once

#include <memory>

#include "tsctl/core/arm.h"
#include "tsctl/core/base/events.h"

namespace tsctl {

// Opens a file as something to time, on the inputs of one set, which stay on the device. Throws Error as
// MethodRunner and inputs_from_record do; Error{usage} for a set that the tensor file does not have.
std::unique_ptr<Arm> open_file_arm(const ArmRequest& request, Events& events);

}  // namespace tsctl
