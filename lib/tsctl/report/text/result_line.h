#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// The last line of a command, without a line break: OK, FAIL or UNDECIDED, two spaces, and what happened. The first word
// follows from the exit code. The verdict is styled (style.h).
//   OK  cnn.pt (1.61 MiB): outputs same (1.2e-07), 1.42x eager [1.40, 1.44]
std::string result_line(const Report& report);

}  // namespace tsctl
