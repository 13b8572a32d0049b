#include "session/output_limit.h"

#include <algorithm>

namespace tsctl {

std::string_view OutputLimit::allowed(std::string_view text, double now_s) {
  if (bytes_per_s_ == 0) return text;
  if (now_s - second_began_s_ >= 1.0) {
    second_began_s_ = now_s;
    shown_bytes_ = 0;
  }
  const auto size = static_cast<std::int64_t>(text.size());
  const std::int64_t shown = std::min(size, bytes_per_s_ - shown_bytes_);
  shown_bytes_ += shown;
  dropped_bytes_ += size - shown;
  return text.substr(0, static_cast<std::size_t>(shown));
}

}  // namespace tsctl
