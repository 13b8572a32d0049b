#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The maximum number of outputs of a call that are reported in detail, the worst first.
inline constexpr std::size_t kReportedOutputs = 16;

// Runs a file on every call that the reference has outputs for, with new input tensors each time, and compares the
// outputs. With request.candidate_tensors, compares two tensor files instead. A call that raises differs, with the
// reason "raised"; the other input sets still run. Throws Error{input} for a reference without outputs, and Error
// like MethodRunner.
VerifyResult compare(const VerifyRequest& request, Events& events);

}  // namespace tsctl
