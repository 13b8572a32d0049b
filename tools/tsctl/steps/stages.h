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

// Compares every stage with eager, whose inputs and outputs are in `tensors`, and returns the exit code of the
// comparisons.
ExitCode verify_stages(CommandSession& session, const CapturePlan& plan,
                       const CaptureResult& capture, const std::vector<Stage>& stages,
                       const std::string& tensors);

// The arms that time eager and every stage, which verify_stages has compared. `common` has the fields that they share.
std::vector<BenchArm> stage_arms(CommandSession& session, const CapturePlan& plan,
                                 const std::vector<Stage>& stages, const ArmRequest& common);

}  // namespace tsctl
