#pragma once

#include <cstddef>
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
  bool err_is_terminal = false;  // on which a line can replace the previous one
  bool out_colour = false;
  bool err_colour = false;
  std::size_t out_width = 0;  // columns of the terminal; 0 if it is none
  std::size_t err_width = 0;
  // Whether the reader of standard output is gone. Asked after a write has failed.
  std::function<bool()> out_is_closed = [] { return false; };
  std::vector<std::string> command = {};  // the whole command line, for the report
};

using Action = std::function<ExitCode(Context&)>;

}  // namespace tsctl
