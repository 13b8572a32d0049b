#pragma once

#include <string>
#include <vector>

namespace tsctl {

// A record to add: `name` is relative to the archive's top folder, such as "extra/tsctl/manifest.json".
struct NewRecord {
  std::string name = {};
  std::string bytes = {};
};

// Adds records to a TorchScript archive in place, without touching the others: writes them over the old central
// directory and a new directory behind them. A record of the same name is replaced (its old bytes stay unreferenced).
// The result is readable by stock LibTorch and by Python's zipfile. Throws Error{input} for what is no such
// archive, Error{environment} when it cannot be written.
void append_records(const std::string& path, const std::vector<NewRecord>& records);

}  // namespace tsctl
