#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// What is compared, and how.
struct Comparison {
  std::string reference = {};  // labels
  std::string candidate = {};
  std::string reference_tensors = {};
  std::string model_path = {};  // one of these two
  std::string candidate_tensors = {};
  std::vector<std::string> output_names = {};
  ArmSettings settings = {};  // of the candidate
  ToleranceOptions tolerance = {};
};

// Adds the result to the report and gives it.
const VerifyResult& verify_step(CommandSession& session, const Comparison& comparison);

// The same status as an arm of a bench has it.
ArmOutputs arm_outputs(Match status);

// What the candidate raised on inputs that the reference takes; "" if it raised nowhere.
std::string raised_by(const VerifyResult& result);

// The exit that a comparison means, noted in the report: check_failed where outputs differ, execution where the
// candidate raised on inputs that the reference takes.
ExitCode judge_comparison(CommandSession& session, const VerifyResult& result);

// The one of two exits that the contract ranks first, of ok, check_failed and execution.
ExitCode worse_of(ExitCode left, ExitCode right);

// Notes a failed check in the report: what failed, and what to do.
void record_check_failure(CommandSession& session, const std::string& phase,
                          const std::string& message, const std::string& hint);

}  // namespace tsctl
