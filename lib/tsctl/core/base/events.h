#pragma once

#include <string>

#include "tsctl/core/base/warning.h"

namespace tsctl {

// Where a long piece of work tells what it is doing.
class Events {
 public:
  virtual ~Events() = default;
  virtual void progress(const std::string& text) = 0;  // one short line, replaced by the next
  virtual void warning(const Warning& warning) = 0;
};

}  // namespace tsctl
