#include "tsctl/files/scratch_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

ScratchFolder::ScratchFolder() {
  std::string name = temporary_folder() / "tsctl-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw Error(ErrorKind::environment,
                fmt::format("no folder can be created in '{}': {}", temporary_folder().string(),
                            std::strerror(errno)),
                "choose another place for temporary files with the environment variable TMPDIR");
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

}  // namespace tsctl
