#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tsctl/core/base/error.h"

namespace tsctl {

// What a command writes to. Passed in, so that tests run whole commands in-process.
struct Context {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
  std::vector<std::string> command = {};  // the whole command line, for the report
};

using Action = std::function<ExitCode(Context&)>;

}  // namespace tsctl
