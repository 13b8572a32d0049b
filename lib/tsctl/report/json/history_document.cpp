#include "tsctl/report/json/history_document.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

namespace {

// A report is nested ten deep. Writing JSON recurses, so a hostile file must not choose the depth.
constexpr int kDeepest = 100;

}  // namespace

std::string document_from_history(const History& history) {
  return json::to_json(history).dump(2, ' ', false, json::Json::error_handler_t::replace) + "\n";
}

std::string canonical_document(const std::string& text, const std::string& name) {
  bool too_deep = false;
  const auto check_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  const nlohmann::json document = nlohmann::json::parse(text, check_depth, false);
  if (document.is_discarded() || too_deep) {
    throw Error(ErrorKind::input, fmt::format("'{}' is not JSON", name),
                "give a file that tsctl wrote with --json");
  }
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tsctl
