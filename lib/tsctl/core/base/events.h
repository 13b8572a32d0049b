#pragma once

#include <string>

#include "tsctl/core/base/warning.h"

namespace tsctl {

// Receives the progress and the warnings of a long-running task.
class Events {
 public:
  virtual ~Events() = default;
  virtual void progress(const std::string& text) = 0;  // a short line that replaces the last one
  virtual void warning(const Warning& warning) = 0;
  // The line, and the share of what it says that is done, 0 to 1.
  virtual void share_done(const std::string& text, double /*share*/) { progress(text); }
};

}  // namespace tsctl
