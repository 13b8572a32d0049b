#pragma once

#include <string>

#include "tsctl/core/capture.h"

namespace tsctl {

// How the model was captured and what the capture follows: the attempts, the sizes of each input, the parts. Verbose
// shows every comparison and warning.
std::string capture_text(const CaptureResult& capture, bool verbose, std::size_t width = 0);

// A line for the capture that was kept and one for each size that it fixes.
std::string capture_summary(const CaptureResult& capture);

}  // namespace tsctl
