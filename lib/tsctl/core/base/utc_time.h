#pragma once

#include <ctime>
#include <string>

namespace tsctl {

// "2026-05-01T02:00:00Z", the form in which every report states its time.
std::string utc_text(std::time_t seconds);

}  // namespace tsctl
