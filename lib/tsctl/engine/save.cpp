#include "tsctl/engine/save.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/export.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>

#include "tsctl/archive/binary_file.h"
#include "tsctl/core/base/disk_room.h"
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

// Bytes of storages, each once.
class StorageBytes {
 public:
  void add(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.has_storage() || tensor.is_sparse()) return;
    const c10::Storage& storage = tensor.storage();
    if (seen_.insert(storage.unsafeGetStorageImpl()).second) bytes_ += storage.nbytes();
  }

  void add_constants(const torch::jit::Block& block) {
    for (const torch::jit::Node* node : block.nodes()) {
      for (const torch::jit::Block* inner : node->blocks()) add_constants(*inner);
      if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
          node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t)
        add(node->t(c10::attr::value));
    }
  }

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::set<const c10::StorageImpl*> seen_;
  std::uint64_t bytes_ = 0;
};

// The least that the module takes in a file. A class that makes its own state, as packed layers do, does not count.
std::uint64_t least_bytes(const torch::jit::Module& module) {
  StorageBytes sum;
  for (const torch::jit::Module& part : module.modules()) {
    for (const torch::jit::Method& method : part.get_methods())
      sum.add_constants(*method.graph()->block());
    if (part.find_method("__getstate__")) continue;
    for (const c10::IValue& value : part.attributes(/*recurse=*/false)) {
      if (value.isTensor()) sum.add(value.toTensor());
    }
  }
  return sum.bytes();
}

}  // namespace

void save_module(const torch::jit::Module& module, const std::string& path) {
  FileSink sink(path);  // which frees the room of the old content
  require_disk_room(path, least_bytes(module));
  guarded(ErrorKind::execution, fmt::format("the module cannot be saved as '{}'", path), [&] {
    torch::jit::ExportModule(
        module, [&sink](const void* bytes, std::size_t count) { return sink.write(bytes, count); });
  });
  sink.finish();
}

}  // namespace tsctl
