#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"
#include "steps/capture_step.h"
#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// A file that convert makes: captured, frozen or optimized.
struct Stage {
  std::string label = {};
  std::string path = {};
  std::string kept_as = {};  // the output; empty if the file is not kept
};

// Compares a stage with eager, whose inputs and outputs are in `tensors`.
void verify_stage(CommandSession& session, const CapturePlan& plan, const CaptureResult& capture,
                  const Stage& stage, const std::string& tensors);

// The arms that time eager and every stage, which were compared. `common` has the fields that they share.
std::vector<BenchArm> stage_arms(CommandSession& session, const CapturePlan& plan,
                                 const std::vector<Stage>& stages, const ArmRequest& common);

}  // namespace tsctl
