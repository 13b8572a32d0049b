#include "tsctl/report/json/document.h"

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/diff_json.h"
#include "tsctl/report/json/inspect_json.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

namespace {

constexpr const char* kInspect = "inspect";
constexpr const char* kDiff = "diff";

}  // namespace

std::string document_from_report(const Report& report) {
  json::Json document = json::to_json(report);
  if (!report.inspect_json.empty()) document[kInspect] = json::Json::parse(report.inspect_json);
  if (!report.diff_json.empty()) document[kDiff] = json::Json::parse(report.diff_json);
  return document.dump(2, ' ', false, json::Json::error_handler_t::replace) + "\n";
}

Report report_from_document(const std::string& text, const std::string& name) {
  const std::string hint = "give a file that tsctl wrote with --json";
  json::Json document = json::Json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    throw Error(ErrorKind::input, "'" + name + "' is not JSON", hint);
  }
  Report report;
  if (!document.is_object() || !document.contains("schema") ||
      document["schema"] != report.schema) {
    throw Error(ErrorKind::input,
                "'" + name + "' is not a tsctl report (its schema is not " + report.schema + ")",
                hint);
  }
  try {
    json::read_json(document, report);
    // Read once here, so that everything that renders them may count on their keys.
    if (document.contains(kInspect)) {
      report.inspect_json =
          json_text_from_summary(summary_from_json_text(document[kInspect].dump()));
    }
    if (document.contains(kDiff))
      report.diff_json = json_text_from_diff(diff_from_json_text(document[kDiff].dump()));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, "'" + name + "' is not a complete tsctl report: " + error.what(),
                hint);
  }
  return report;
}

}  // namespace tsctl
