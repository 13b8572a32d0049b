#pragma once

#include <string>

namespace tsctl {

// A new folder below temporary_folder(). The destructor removes it and its content. The constructor throws
// Error{environment} on failure.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_ = {};
};

}  // namespace tsctl
