#pragma once

#include <string>

namespace tsctl {

// Escapes text for HTML and SVG, including attributes. Control characters that neither may contain become U+FFFD.
std::string escaped(const std::string& text);

}  // namespace tsctl
