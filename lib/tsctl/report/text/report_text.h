#pragma once

#include <string>

#include "tsctl/core/report.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// The report as text, section by section, then its warnings; a section that the report does not have is left out. The
// result line is not part of it.
std::string text_from_report(const Report& report, const TextOptions& options);

}  // namespace tsctl
