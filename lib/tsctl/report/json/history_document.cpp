#include "tsctl/report/json/history_document.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

std::string document_from_history(const History& history) {
  return json::document_text(json::to_json(history));
}

std::string canonical_document(const std::string& text, const std::string& name) {
  require_simple_json(text, fmt::format("'{}'", name), kMaxReportValues);
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    throw Error(ErrorKind::input, fmt::format("'{}' is not JSON", name),
                "give a file that tsctl wrote with --json");
  }
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tsctl
