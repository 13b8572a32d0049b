#include "tsctl/files/scratch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace fs = std::filesystem;

ScratchFile::ScratchFile(const fs::path& folder) {
  const fs::path where = folder.empty() ? fs::path(".") : folder;
  file_ = FileDescriptor(::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file_.valid()) {  // the file system does not support O_TMPFILE
    std::string name = (where / ".tsctl-scratch-XXXXXX").string();
    file_ = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (file_.valid()) ::unlink(name.c_str());
  }
  if (!file_.valid()) {
    throw Error(ErrorKind::environment,
                fmt::format("no scratch file can be created in '{}': {}", where.string(),
                            std::strerror(errno)),
                "choose a writable folder (TMPDIR for commands that write no model)");
  }
}

std::string ScratchFile::path() const {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), file_.get());
}

fs::path temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path("/tmp");
}

}  // namespace tsctl
