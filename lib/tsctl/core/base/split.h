#pragma once

#include <string_view>
#include <vector>

namespace tsctl {

// The parts of `text` between the separators; at least one, and empty ones too.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace tsctl
