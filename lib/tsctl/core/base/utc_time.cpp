#include "tsctl/core/base/utc_time.h"

#include <fmt/chrono.h>

namespace tsctl {

std::string utc_text(std::time_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

}  // namespace tsctl
