#pragma once

#include <string>
#include <vector>

#include "tsctl/core/reports.h"

namespace tsctl {

// The report as its JSON document ("schema": "tsctl.report/1"), indented, ending in a newline.
std::string document_from_report(const Report& report);

// The document of one report, or an array of the documents of several.
std::string document_from_reports(const Reports& reports);

// Reads a document back. Throws Error{input} for anything else; `name` is the file in its message.
Report report_from_document(const std::string& text, const std::string& name);

// Reads documents that follow one another, and arrays of them. Throws like report_from_document, and if there is none.
std::vector<Report> reports_from_documents(const std::string& text, const std::string& name);

}  // namespace tsctl
