#pragma once

#include <string>
#include <vector>

#include "session/finish.h"
#include "tsctl/core/report.h"

namespace tsctl {

// Fills what every report says about its run, whatever the command: time, host, torch, and the tags of the CI system and
// of --tag, which override the former.
void describe_run(Report& report, const ReportOptions& options);

// Whether the text is KEY=VALUE with a KEY of letters, digits, "_", "-" and ".".
bool is_tag(const std::string& text);

}  // namespace tsctl
