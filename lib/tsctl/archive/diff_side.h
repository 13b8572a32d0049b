#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// One of the two files of a comparison: its summary, and the archive to read its tensors from.
struct DiffFile {
  explicit DiffFile(const std::string& path);

  ModelSummary summary;
  ZipReader zip;
};

// A name in A and what B calls it: "encoder.weight" and "enc.weight".
using Renames = std::vector<std::pair<std::string, std::string>>;

}  // namespace tsctl
