#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tsctl {

// Lets at most so many bytes of output through in a second, and drops the rest. An endless loop that prints would
// otherwise fill a disk or a log.
class OutputLimit {
 public:
  // 0 lets everything through.
  explicit OutputLimit(std::int64_t bytes_per_s) : bytes_per_s_(bytes_per_s) {}

  // The part of `text` that may be shown at the time `now_s`.
  std::string_view allowed(std::string_view text, double now_s);

  std::int64_t dropped_bytes() const noexcept { return dropped_bytes_; }

 private:
  std::int64_t bytes_per_s_;
  double second_began_s_ = 0.0;
  std::int64_t shown_bytes_ = 0;  // in this second
  std::int64_t dropped_bytes_ = 0;
};

}  // namespace tsctl
