#pragma once

#include <string>
#include <vector>

#include "options/arm_spec.h"
#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "steps/reference.h"
#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// The subject of each arm, with settings that fit it. Throws Error{usage, input}.
std::vector<Subject> subjects_of(CommandSession& session, const std::vector<ArmSpec>& specs,
                                 const SourceFlags& flags);

// The fields that the requests of all arms of a command share.
ArmRequest common_arm_request(CommandSession& session, const ModelInputs& inputs,
                              const std::string& tensors, const std::string& allocator);

// Arms whose outputs were compared before anything is timed.
struct ComparedArms {
  std::vector<BenchArm> arms = {};
  // execution where an arm raised; check_failed where the first arm's settings change its outputs.
  ExitCode exit = ExitCode::ok;
};

// Compares each subject with the reference and makes arms of them. specs[i] describes subjects[i]; the first one is the
// reference.
ComparedArms compare_arms(CommandSession& session, const std::vector<ArmSpec>& specs,
                          const std::vector<Subject>& subjects, const Reference& reference,
                          const ArmRequest& common);

}  // namespace tsctl
