#pragma once

#include "tsctl/core/arm.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/worker/thread_team.h"

namespace tsctl {

// Puts load on an open arm, in its own process.
class ArmLoad {
 public:
  explicit ArmLoad(Arm& arm) : arm_(arm) {}

  // One window; the page faults are left to the caller.
  LoadTimes run(const LoadWindow& window);

 private:
  Arm& arm_;
  ThreadTeam team_ = {};
};

}  // namespace tsctl
