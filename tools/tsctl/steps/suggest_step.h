#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"
#include "steps/bench_step.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

// The file that settings of the process are tried with.
struct SuggestPlan {
  std::string model_path = {};
  std::string tensors = {};  // eager's inputs and outputs, to compare with
  std::vector<std::string> output_names = {};
  ToleranceOptions tolerance = {};
  ArmRequest common = {};
  BenchPlan bench = {};       // without arms
  RewriteRequest plain = {};  // makes the same file without packed layers, which oneDNN Graph needs
};

// Times the file with each setting that no file can carry, against the file without, and adds what gains to the report.
// A setting that changes outputs, is unavailable or fails is not timed. Settings never fail the command.
void suggest_step(CommandSession& session, const SuggestPlan& plan);

}  // namespace tsctl
