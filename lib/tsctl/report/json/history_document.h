#pragma once

#include <string>

#include "tsctl/core/history.h"

namespace tsctl {

// The history as its JSON document ("schema": "tsctl.history/1"), indented, ending in a newline.
std::string document_from_history(const History& history);

// A report's document in the one form that a history keeps: without blanks, keys in order. Throws Error{input} for
// text that is not JSON or is nested deeper than any report; `name` is the file in its message.
std::string canonical_document(const std::string& text, const std::string& name);

}  // namespace tsctl
