#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tsctl::json {

// JSON whose keys keep their order; only report's own sources include this.
using Json = nlohmann::ordered_json;

// JSON on one line. Bytes that are not UTF-8 become U+FFFD.
inline std::string line_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The same as a file for people: on indented lines, with a line break at the end.
inline std::string document_text(const Json& json, int indent = 2) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tsctl::json
