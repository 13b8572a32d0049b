#pragma once

#include <string>
#include <utility>
#include <vector>

#include "archive_files.h"
#include "tsctl/archive/zip_reader.h"

namespace tsctl {

// A small TorchScript file whose root has float32 tensors of one dimension.
struct ModuleArchive {
  std::vector<std::pair<std::string, std::vector<float>>> tensors = {};
  std::vector<std::vector<float>> constants = {};
  std::string forward = "return x";  // its body, a line each
  std::string rest = {};             // more code
  std::vector<std::pair<std::string, std::string>> records = {};

  std::string bytes() const;
};

// The archive with the same records, each changed by `change`; `deflates` compresses them.
template <typename Change>
std::string repacked(const std::string& path, bool deflates, const Change& change) {
  const ZipReader reader(path);
  ZipBuilder builder;
  for (const ZipRecord& record : reader.records()) {
    std::string content = reader.read(record, 1 << 24);
    change(record.name, content);
    deflates ? builder.add_deflated(record.name, content) : builder.add(record.name, content);
  }
  return builder.finish();
}

}  // namespace tsctl
