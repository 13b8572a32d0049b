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
  std::string method = "forward";  // of the file
  std::string model_path = {};     // one of these two
  std::string candidate_tensors = {};
  std::vector<std::string> output_names = {};
  ArmSettings settings = {};  // of the candidate
  ToleranceOptions tolerance = {};
};

// Adds the result to the report and returns it.
const VerifyResult& verify_step(CommandSession& session, const Comparison& comparison);

// The same status as a bench reports it.
ArmOutputs arm_outputs(Match status);

// The exception that the candidate raised on inputs that the reference accepts; "" if there is none.
std::string raised_by(const VerifyResult& result);

// Records the failure of a comparison in the report and returns its exit code: check_failed if outputs differ,
// execution if the candidate raised an exception on inputs that the reference accepts.
ExitCode judge_comparison(CommandSession& session, const VerifyResult& result);

// The higher-ranked of two exit codes: execution before check_failed before ok.
ExitCode worse_of(ExitCode left, ExitCode right);

// Records a failed check in the report: what failed, and what to do. Returns its exit code.
ExitCode record_check_failure(CommandSession& session, const std::string& phase,
                              const std::string& message, const std::string& hint);

}  // namespace tsctl
