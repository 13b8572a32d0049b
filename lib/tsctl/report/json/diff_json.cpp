#include "tsctl/report/json/diff_json.h"

#include "tsctl/core/base/error.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

std::string json_text_from_diff(const DiffResult& diff) {
  return json::to_json(diff).dump(-1, ' ', false, json::Json::error_handler_t::replace);
}

DiffResult diff_from_json_text(const std::string& text) {
  try {
    DiffResult diff;
    json::read_json(json::Json::parse(text), diff);
    return diff;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input,
                std::string("the report's entry \"diff\" cannot be read: ") + error.what());
  }
}

}  // namespace tsctl
