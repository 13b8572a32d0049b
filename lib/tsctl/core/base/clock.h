#pragma once

namespace tsctl {

// Seconds on a clock that never goes back; only differences mean something.
double now_s();

}  // namespace tsctl
