#include "tsctl/engine/graph/source_frame.h"

namespace tsctl {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<SourceFrame> frame_in_trace(std::string_view line) {
  const auto colon = line.rfind("): ");
  const auto open = line.rfind('(', colon);
  if (colon == std::string_view::npos || open == std::string_view::npos || open == 0)
    return std::nullopt;
  const SourceFrame frame{line.substr(0, open), line.substr(open + 1, colon - open - 1),
                          line.substr(colon + 3)};
  if (!is_number(frame.line) || frame.file.find(' ') != std::string_view::npos) return std::nullopt;
  return frame;
}

bool is_tsctls(const SourceFrame& frame) {
  return frame.file.find("/tsctl_capture/") != std::string_view::npos ||
         frame.file.starts_with("<tsctl");
}

bool is_users(const SourceFrame& frame) {
  return !is_tsctls(frame) && !frame.file.empty() && !frame.file.starts_with("code/") &&
         !frame.file.starts_with("<") && frame.file.find("/torch/nn/") == std::string_view::npos &&
         frame.file.find("/torch/jit/") == std::string_view::npos &&
         frame.file.find("/torch/_") == std::string_view::npos;
}

}  // namespace tsctl
