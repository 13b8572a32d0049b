#pragma once

#include <filesystem>
#include <string>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// An unnamed file, which disappears even if the process crashes. Child processes that start while it exists inherit it
// under the same path(), so that a worker in a sandbox, which may not look into this process, can open it.
class ScratchFile {
 public:
  // Creates the file in `folder`; an empty path means the current folder. Throws Error{environment} on failure.
  explicit ScratchFile(const std::filesystem::path& folder);

  std::string path() const;

 private:
  FileDescriptor file_;
};

// The folder for scratch files of commands that write no model: TMPDIR, or /tmp.
std::filesystem::path temporary_folder();

}  // namespace tsctl
