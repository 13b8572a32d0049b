#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tsctl {

std::string base64(std::string_view bytes);

// None for text that is not base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace tsctl
