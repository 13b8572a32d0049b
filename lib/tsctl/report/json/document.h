#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// The report as its JSON document ("schema": "tsctl.report/1"), indented, ending in a newline.
std::string document_from_report(const Report& report);

// Reads a document back. Throws Error{input} for anything else; `name` is the file in its message.
Report report_from_document(const std::string& text, const std::string& name);

}  // namespace tsctl
