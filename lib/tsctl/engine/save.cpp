#include "tsctl/engine/save.h"

#include <fcntl.h>
#include <torch/csrc/jit/serialization/export.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/engine/guard.h"

namespace tsctl {

namespace {

// Takes the archive's bytes. After a failure it goes on accepting them and reports it at the end: LibTorch's writer
// throws from its destructor when a write fails, and that would end the process.
class FileSink {
 public:
  explicit FileSink(const std::string& path)
      : path_(path),
        descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (!descriptor_.valid()) throw_cannot_write(errno);
  }

  std::size_t write(const void* bytes, std::size_t count) noexcept {
    const auto* next = static_cast<const std::byte*>(bytes);
    std::size_t left = count;
    while (left > 0 && error_ == 0) {
      const ssize_t written = ::write(descriptor_.get(), next, left);
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
    // Devices and pipes cannot be flushed, which is no failure.
    if (error_ == 0 && ::fsync(descriptor_.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
      error_ = errno;
    const int code = descriptor_.close();
    if (code != 0 && error_ == 0) error_ = code;
    if (error_ != 0) throw_cannot_write(error_);
  }

 private:
  [[noreturn]] void throw_cannot_write(int error) const {
    throw Error(ErrorKind::environment,
                "'" + path_ + "' cannot be written: " + std::strerror(error),
                error == ENOSPC ? "free some space, or write to another disk" : "");
  }

  std::string path_;
  FileDescriptor descriptor_;
  int error_ = 0;
};

}  // namespace

void save_module(const torch::jit::Module& module, const std::string& path) {
  FileSink sink(path);
  guarded(ErrorKind::execution, "the module cannot be saved as '" + path + "'", [&] {
    torch::jit::ExportModule(
        module, [&sink](const void* bytes, std::size_t count) { return sink.write(bytes, count); });
  });
  sink.finish();
}

}  // namespace tsctl
