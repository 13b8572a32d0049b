#pragma once

#include <string>
#include <vector>

#include "session/finish.h"
#include "tsctl/core/report.h"

namespace tsctl {

// Fills what the report of every command says about its run: time, host, torch, and the tags of the CI system and
// of --tag, which override the former.
void describe_run(Report& report, const ReportOptions& options);

// Whether the text is KEY=VALUE with a KEY of letters, digits, "_", "-" and ".".
bool is_tag(const std::string& text);

}  // namespace tsctl
