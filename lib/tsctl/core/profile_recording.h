#pragma once

#include <string>
#include <vector>

#include "tsctl/core/profile.h"

namespace tsctl {

// One execution of an operator, or a whole call.
struct ProfileSpan {
  std::string name = {};
  std::string module = {};
  std::string line = {};
  double start_s = 0.0;  // since the start of the first recorded call
  double duration_s = 0.0;
};

// A recording of an arm's calls: the totals, and the single executions for a trace.
struct ProfileRecording {
  ProfileResult result = {};
  std::vector<ProfileSpan> spans = {};
};

}  // namespace tsctl
