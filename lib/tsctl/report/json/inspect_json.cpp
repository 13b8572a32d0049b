#include "tsctl/report/json/inspect_json.h"

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

std::string json_text_from_summary(const ModelSummary& summary) {
  return json::to_json(summary).dump(-1, ' ', false, json::Json::error_handler_t::replace);
}

ModelSummary summary_from_json_text(const std::string& text) {
  try {
    ModelSummary summary;
    json::read_json(json::Json::parse(text), summary);
    return summary;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input,
                std::string("the report's entry \"inspect\" cannot be read: ") + error.what());
  }
}

}  // namespace tsctl
