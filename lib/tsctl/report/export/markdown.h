#pragma once

#include <string>

#include "tsctl/core/reports.h"

namespace tsctl {

// The result of each report as a section of GitHub's Markdown, short enough for a comment on a pull request: how the
// command ended, its tables and gates, the warnings, and what it ran on.
std::string markdown_from_report(const Reports& reports);

}  // namespace tsctl
