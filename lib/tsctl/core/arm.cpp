#include "tsctl/core/arm.h"

#include "tsctl/core/bench.h"
#include "tsctl/core/profile_recording.h"

namespace tsctl {

ArmOpening Arm::opening() const { return {}; }

ProfileRecording Arm::profile(const ProfileRequest&) {
  return {.result = {.reason = "only arms in LibTorch and eager Python can be profiled"}};
}

}  // namespace tsctl
