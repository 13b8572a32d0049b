#pragma once

#include <string>
#include <vector>

#include "tsctl/core/base/value.h"

namespace tsctl {

// The text of the metadata entry "tsctl_calls", as tensor_file.h describes it, and back. Reading throws
// Error{input} naming `path` for what is no such text.
std::string json_text_from_calls(const std::vector<CallRecord>& calls);
std::vector<CallRecord> calls_from_json_text(const std::string& text, const std::string& path);

}  // namespace tsctl
