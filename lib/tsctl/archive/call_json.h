#pragma once

#include <string>
#include <vector>

#include "tsctl/core/base/value.h"

namespace tsctl {

// Writes and parses the metadata entry "tsctl_calls"; tensor_file.h describes its format. Parsing throws Error{input}
// that names `path` if the text has another form.
std::string json_text_from_calls(const std::vector<CallRecord>& calls);
std::vector<CallRecord> calls_from_json_text(const std::string& text, const std::string& path);

}  // namespace tsctl
