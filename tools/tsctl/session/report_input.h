#pragma once

#include <string>

namespace tsctl {

// A file of saved reports.
struct ReportInput {
  std::string name = {};  // as messages call it
  std::string text = {};
};

// Reads a file of saved reports; "-" is standard input. Throws Error.
ReportInput read_report_input(const std::string& path);

}  // namespace tsctl
