#pragma once

#include <string>

#include "tsctl/core/report.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

struct TextOptions {
  bool verbose = false;  // every comparison and pass instead of the summary
  InspectSections sections = {};
};

// The report as text, section by section; a section that the report does not have is left out.
std::string text_from_report(const Report& report, const TextOptions& options);

}  // namespace tsctl
