#pragma once

#include <string>

#include "tsctl/core/capture.h"

namespace tsctl {

// How the model was captured and what the capture follows: the attempts, the sizes of each input, the parts. Verbose
// shows every comparison and warning.
std::string capture_text(const CaptureResult& capture, bool verbose);

}  // namespace tsctl
