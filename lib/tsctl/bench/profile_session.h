#pragma once

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Records where the time of an arm's calls goes: launches it anew, warms it up, and records at least `request.calls`
// calls, more where they are short.
ProfileResult profile_arm(const BenchArm& arm, const ProfileRequest& request,
                          const Launcher& launch, const Clock& now_s);

}  // namespace tsctl
