#include "tsctl/engine/graph/source_frame.h"

namespace tsctl {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether a file lies below a package's folder: "/…/torch/nn/x.py", or "torch/nn/x.py" as tsctl writes it to a file.
bool is_below(std::string_view file, std::string_view folder) {
  const auto at = file.find(folder);
  return at == 0 || (at != std::string_view::npos && file[at - 1] == '/');
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
  return is_below(frame.file, "tsctl_capture/") || frame.file.starts_with("<tsctl");
}

bool is_users(const SourceFrame& frame) {
  return !is_tsctls(frame) && !frame.file.empty() && !frame.file.starts_with("code/") &&
         !frame.file.starts_with("<") && !is_below(frame.file, "torch/nn/") &&
         !is_below(frame.file, "torch/jit/") && !is_below(frame.file, "torch/_");
}

}  // namespace tsctl
