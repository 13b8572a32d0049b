#pragma once

#include <nlohmann/json.hpp>

namespace tsctl::json {

// JSON whose keys keep their order; only report's own sources include this.
using Json = nlohmann::ordered_json;

}  // namespace tsctl::json
