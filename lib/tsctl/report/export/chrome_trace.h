#pragma once

#include <string>
#include <vector>

#include "tsctl/core/profile_recording.h"

namespace tsctl {

// The part of one arm in a trace, as trace_events_text gives it.
struct TracePart {
  std::string arm = {};
  std::string events = {};
};

// The events of one process in Chrome's format, as a JSON list.
std::string trace_events_text(const std::vector<ProfileSpan>& spans);

// A whole trace, which chrome://tracing and Perfetto open: a process for each arm. Throws Error{input} for a part that
// is not a list of events.
std::string chrome_trace_text(const std::vector<TracePart>& parts);

}  // namespace tsctl
