#pragma once

#include <string>

namespace tsctl {

// JSON text of a struct of core, on one line, and back. Defined for the structs listed at the end of json.cpp.
// Unknown keys are ignored and missing ones leave the default, so that older and newer documents can be read.
// A double that is not finite is written as null. from_json_text throws Error{input} for text that is not a JSON object
// or has a value of another type.
template <typename T>
std::string json_text(const T& value);

template <typename T>
T from_json_text(const std::string& text);

}  // namespace tsctl
