#include "tsctl/report/json/document.h"

#include <fmt/format.h>

#include <sstream>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("'{}' is {}", name, why),
              "give a file that tsctl wrote with --json");
}

Report report_from_json(const json::Json& document, const std::string& name) {
  if (!document.is_object() || !document.contains("schema") || document["schema"] != kReportSchema)
    refuse(name, fmt::format("not a tsctl report (its schema is not {})", kReportSchema));
  Report report;
  try {
    json::read_json(document, report);
  } catch (const std::exception& error) {
    refuse(name, fmt::format("not a complete tsctl report: {}", error.what()));
  }
  return report;
}

}  // namespace

std::string document_from_report(const Report& report) {
  return json::document_text(json::to_json(report));
}

std::string document_from_reports(const Reports& reports) {
  if (reports.size() == 1) return document_from_report(reports.front());
  return json::document_text(json::to_json(std::vector(reports.begin(), reports.end())));
}

Report report_from_document(const std::string& text, const std::string& name) {
  require_simple_json(text, fmt::format("'{}'", name), kMaxReportValues);
  const json::Json document = json::Json::parse(text, nullptr, false);
  if (document.is_discarded()) refuse(name, "not JSON");
  return report_from_json(document, name);
}

std::vector<Report> reports_from_documents(const std::string& text, const std::string& name) {
  require_simple_json(text, fmt::format("'{}'", name), kMaxReportValues);
  std::vector<Report> reports;
  std::istringstream stream(text);
  while (!(stream >> std::ws).eof()) {
    json::Json document;
    try {
      stream >> document;
    } catch (const json::Json::exception&) {
      refuse(name, "not JSON");
    }
    if (!document.is_array()) {
      reports.push_back(report_from_json(document, name));
      continue;
    }
    for (const json::Json& one : document) reports.push_back(report_from_json(one, name));
  }
  if (reports.empty()) refuse(name, "empty: it holds no report");
  return reports;
}

}  // namespace tsctl
