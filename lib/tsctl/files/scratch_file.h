#pragma once

#include <filesystem>
#include <string>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// A file without a name, in the folder of the file that is being made: nothing of it is left however the process ends.
// path() is valid in child processes while this object lives.
class ScratchFile {
 public:
  // Throws Error{environment} when no file can be made in `folder`; an empty one is the current folder.
  explicit ScratchFile(const std::filesystem::path& folder);

  std::string path() const;

 private:
  FileDescriptor file_;
};

// The folder for scratch files of commands that write no model: TMPDIR, or /tmp.
std::filesystem::path temporary_folder();

}  // namespace tsctl
