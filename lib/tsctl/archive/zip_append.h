#pragma once

#include <string>
#include <vector>

namespace tsctl {

// A record to add: `name` is relative to the archive's top folder, such as "extra/tsctl/manifest.json".
struct NewRecord {
  std::string name = {};
  std::string bytes = {};
  bool compress = false;  // store it deflated, as torch stores code
};

// Adds records to a TorchScript archive in place: writes them over the old central directory, and a new directory after
// them. It does not move other records. A record of the same name is replaced; its old bytes stay in the file,
// unreferenced, unless only other replaced records follow them. LibTorch and Python's zipfile can read the result.
// Throws Error{input} if the file is not a TorchScript archive, Error{usage} for an unusable name or a content above
// 4 GiB, and Error{environment} if the write fails.
void append_records(const std::string& path, const std::vector<NewRecord>& records);

}  // namespace tsctl
