#pragma once

#include <string>

namespace tsctl {

// A folder of its own below temporary_folder(), removed with all that is in it at the end. Throws Error{environment}
// when none can be made.
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
