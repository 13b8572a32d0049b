#include "tsctl/report/json/document.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

std::string document_from_report(const Report& report) {
  return json::to_json(report).dump(2, ' ', false, json::Json::error_handler_t::replace) + "\n";
}

Report report_from_document(const std::string& text, const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::input, fmt::format("'{}' is {}", name, why),
                "give a file that tsctl wrote with --json");
  };
  const json::Json document = json::Json::parse(text, nullptr, false);
  if (document.is_discarded()) refuse("not JSON");
  if (!document.is_object() || !document.contains("schema") || document["schema"] != kReportSchema)
    refuse(fmt::format("not a tsctl report (its schema is not {})", kReportSchema));
  Report report;
  try {
    json::read_json(document, report);
  } catch (const std::exception& error) {
    refuse(fmt::format("not a complete tsctl report: {}", error.what()));
  }
  return report;
}

}  // namespace tsctl
