#pragma once

#include <string>

#include "tsctl/core/diff.h"

namespace tsctl {

// The document's "diff" object as JSON text, and back, with the members of DiffResult as keys. Reading throws
// Error{input} for what is no such object.
std::string json_text_from_diff(const DiffResult& diff);
DiffResult diff_from_json_text(const std::string& text);

}  // namespace tsctl
