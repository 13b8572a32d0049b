#pragma once

#include <string>

namespace tsctl {

// The JSON Schema of the report, made from the field lists of the structs in core; indented, ending in a newline.
std::string report_schema();

}  // namespace tsctl
