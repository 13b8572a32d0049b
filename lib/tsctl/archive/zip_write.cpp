#include "tsctl/archive/zip_write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/zip_format.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

void append_end(std::string& target, const ZipDirectory& directory) {
  append_zip(target, ZipEnd64{.count_on_disk = directory.count,
                              .count = directory.count,
                              .directory_bytes = directory.size_bytes,
                              .directory_offset = directory.offset});
  append_zip(target, ZipLocator64{.end_offset = directory.offset + directory.size_bytes});
  append_zip(target, ZipEnd{.count_on_disk = zip_narrow16(directory.count),
                            .count = zip_narrow16(directory.count),
                            .directory_bytes = zip_narrow32(directory.size_bytes),
                            .directory_offset = zip_narrow32(directory.offset)});
}

void write_at(int descriptor, const std::string& path, std::uint64_t offset,
              std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void write_tail(const std::string& path, std::uint64_t offset, std::string_view bytes) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) throw_write_error(path, errno);
  write_at(file.get(), path, offset, bytes);
  if (::ftruncate(file.get(), static_cast<off_t>(offset + bytes.size())) != 0)
    throw_write_error(path, errno);
  // A network file system may report a full disk only at close().
  if (const int code = file.close(); code != 0) throw_write_error(path, code);
}

}  // namespace tsctl
