#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// How the model was captured: the attempts, the sizes that are general, the parts and what stopped an attempt.
std::string html_from_capture(const CaptureResult& capture);

// What each pass changed.
std::string html_from_passes(const std::vector<PassRecord>& passes);

// What was looked for, and whether it is there.
std::string html_from_findings(const std::vector<Finding>& findings);

// Time and memory of the steps of the command.
std::string html_from_steps(const std::vector<StepRecord>& steps);

}  // namespace tsctl
