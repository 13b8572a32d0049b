#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "tsctl/core/reports.h"

namespace tsctl {

// A format that reports are rendered in besides text.
struct ReportFormat {
  const char* name = "";
  bool of_bench = false;    // it needs a bench in each report
  bool one_report = false;  // it cannot hold several
  // May throw Error{usage} for reports that do not fit together.
  std::string (*render)(const Reports& reports) = nullptr;
};

extern const std::array<ReportFormat, 7> kReportFormats;

// Throws std::invalid_argument for an unknown name.
const ReportFormat& report_format(const std::string& name);

// Throws Error{usage} with this remedy if the format cannot hold so many reports.
void require_room(const ReportFormat& format, std::size_t reports, const std::string& remedy);

}  // namespace tsctl
