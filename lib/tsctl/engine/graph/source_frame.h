#pragma once

#include <optional>
#include <string_view>

namespace tsctl {

// A frame of a traceback. Its parts lie within the text that it was read from.
struct SourceFrame {
  std::string_view file = {};
  std::string_view line = {};
  std::string_view function = {};  // empty where the frame does not tell it
};

std::string_view trimmed(std::string_view text);

// A frame of traced code: `/home/me/net.py(5): forward`.
std::optional<SourceFrame> frame_in_trace(std::string_view line);

// The archive's own code and torch's modules are nobody's to change; what is left is the user's.
bool is_users(const SourceFrame& frame);

}  // namespace tsctl
