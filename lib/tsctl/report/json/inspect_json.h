#pragma once

#include <string>

#include "tsctl/core/inspect.h"

namespace tsctl {

// The document's "inspect" object as JSON text, and back. The keys are the members of ModelSummary and of the structs
// it holds. Reading throws Error{input} for what is no such object; keys that are missing leave the default.
std::string json_text_from_summary(const ModelSummary& summary);
ModelSummary summary_from_json_text(const std::string& text);

}  // namespace tsctl
