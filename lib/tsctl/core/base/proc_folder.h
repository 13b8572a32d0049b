#pragma once

#include <string>

#include "tsctl/core/base/error.h"

namespace tsctl {

// The error for a system without /proc.
inline Error proc_error(const std::string& reason) {
  return {ErrorKind::environment,
          "/proc cannot be read: " + reason +
              "; tsctl finds its parts there, and passes files to its workers through it",
          "mount it: mount -t proc proc /proc"};
}

}  // namespace tsctl
