#pragma once

#include "session/context.h"

namespace tsctl {

// The standard streams of this process, with what is known about the terminals behind them. A stream is a terminal
// only if TERM is not "dumb" and CI is not set; NO_COLOR turns colours off.
Context context_of_process(std::vector<std::string> command);

}  // namespace tsctl
