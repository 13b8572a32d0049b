#pragma once

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Profiles an arm: launches it, warms it up, and records at least `request.calls` calls, or more if they are short.
ProfileResult profile_arm(const BenchArm& arm, const ProfileRequest& request,
                          const Launcher& launch, const Clock& now_s);

}  // namespace tsctl
