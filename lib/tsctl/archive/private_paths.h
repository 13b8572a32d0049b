#pragma once

#include <cstdint>
#include <string>

#include "tsctl/archive/model_archive.h"

namespace tsctl {

// Paths of the machine that captured a file, in its debug records.
struct PrivatePaths {
  std::string first = {};  // "/home/alice/models/net.py"; empty if there is none
  std::string record = {};
  std::int64_t count = 0;  // places
};

// Looks for absolute paths of Python files. Paths of installed packages count only if they are in a user's home. At
// most a few megabytes of debug records are looked at.
PrivatePaths private_paths(const ModelArchive& archive);

}  // namespace tsctl
