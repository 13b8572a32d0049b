#include "tsctl/files/scratch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/proc_folder.h"
#include "tsctl/core/base/system_limit.h"

namespace tsctl {

namespace fs = std::filesystem;

namespace {

// Above every number that a child process uses for other files, such as its connection to this process.
constexpr int kFirstDescriptor = 64;

// A copy of the descriptor that child processes inherit, with the same number.
FileDescriptor inherited(const FileDescriptor& file) {
  return FileDescriptor(::fcntl(file.get(), F_DUPFD, kFirstDescriptor));
}

}  // namespace

ScratchFile::ScratchFile(const fs::path& folder) {
  const fs::path where = folder.empty() ? fs::path(".") : folder;
  file_ = FileDescriptor(::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file_.valid()) {  // the file system does not support O_TMPFILE
    std::string name = (where / ".tsctl-scratch-XXXXXX").string();
    file_ = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (file_.valid()) ::unlink(name.c_str());
  }
  if (file_.valid()) file_ = inherited(file_);
  if (!file_.valid()) {
    const bool few = errno == EMFILE || errno == EINVAL;  // the limit is below kFirstDescriptor
    throw Error(
        ErrorKind::environment,
        fmt::format("no scratch file can be created in '{}': {}", where.string(),
                    std::strerror(few ? EMFILE : errno)),
        few ? kMoreFiles : "choose a writable folder (TMPDIR for commands that write no model)");
  }
  if (::access(path().c_str(), F_OK) != 0) throw proc_error(std::strerror(errno));
}

std::string ScratchFile::path() const { return fmt::format("/proc/self/fd/{}", file_.get()); }

fs::path temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path("/tmp");
}

}  // namespace tsctl
