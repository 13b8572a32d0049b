#pragma once

#include "tsctl/core/arm.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/worker/thread_team.h"

namespace tsctl {

// Generates load on an open arm, in the arm's process.
class ArmLoad {
 public:
  explicit ArmLoad(Arm& arm) : arm_(arm) {}

  // Measures one window; the caller adds the page faults.
  LoadTimes run(const LoadWindow& window);

 private:
  Arm& arm_;
  ThreadTeam team_ = {};
};

}  // namespace tsctl
