#pragma once

#include <optional>
#include <string_view>

namespace tsctl {

// A frame of a traceback. Its members are views of the parsed text.
struct SourceFrame {
  std::string_view file = {};
  std::string_view line = {};
  std::string_view function = {};  // empty if unknown
};

// Parses a frame of traced code: `/home/me/net.py(5): forward`.
std::optional<SourceFrame> frame_in_trace(std::string_view line);

// Whether the frame is in tsctl's own Python code, or in code that it generates.
bool is_tsctls(const SourceFrame& frame);

// Whether the frame is in the user's code: neither in the archive's code nor in torch, tsctl or code without a file.
bool is_users(const SourceFrame& frame);

}  // namespace tsctl
