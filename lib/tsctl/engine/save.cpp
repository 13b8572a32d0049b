#include "tsctl/engine/save.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/export.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "tsctl/archive/binary_file.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/engine/guard.h"

namespace tsctl {

namespace {

// Writes the archive's bytes. After a failure it ignores further bytes, and finish() reports the failure: LibTorch's
// writer throws from its destructor if a write fails, which would end the process.
class FileSink {
 public:
  explicit FileSink(const std::string& path)
      : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (!file_.valid()) throw_write_error(path_, errno);
  }

  std::size_t write(const void* bytes, std::size_t count) noexcept {
    const auto* next = static_cast<const std::byte*>(bytes);
    std::size_t left = count;
    while (left > 0 && error_ == 0) {
      const ssize_t written = ::write(file_.get(), next, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        error_ = written < 0 ? errno : ENOSPC;
        break;
      }
      next += written;
      left -= static_cast<std::size_t>(written);
    }
    return count;
  }

  void finish() {
    // A device or pipe cannot be flushed; that is not a failure.
    if (error_ == 0 && ::fsync(file_.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
      error_ = errno;
    const int close_error = file_.close();
    if (error_ == 0) error_ = close_error;
    if (error_ != 0) throw_write_error(path_, error_);
  }

 private:
  std::string path_;
  FileDescriptor file_;
  int error_ = 0;
};

}  // namespace

void save_module(const torch::jit::Module& module, const std::string& path) {
  FileSink sink(path);
  guarded(ErrorKind::execution, fmt::format("the module cannot be saved as '{}'", path), [&] {
    torch::jit::ExportModule(
        module, [&sink](const void* bytes, std::size_t count) { return sink.write(bytes, count); });
  });
  sink.finish();
}

}  // namespace tsctl
