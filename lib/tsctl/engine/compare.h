#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The calls that are compared. The profiling executor specializes on the second and third call of a shape; the
// tenth stands for every later one.
inline constexpr int kComparedCalls[] = {1, 2, 3, 10};

// How many outputs of a call are reported in detail, the worst first.
inline constexpr std::size_t kReportedOutputs = 16;

// Runs a file on every call that the reference has outputs for, with fresh inputs each time, and compares; or
// compares the outputs of two tensor files. A call that raises differs, with the reason "raised", and the other
// sets still run. Throws Error{input} for a reference without outputs, and Error as MethodRunner does.
VerifyResult compare(const VerifyRequest& request, Events& events);

}  // namespace tsctl
