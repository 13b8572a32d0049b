#include "tsctl/archive/zip_write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "tsctl/archive/binary_file.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

constexpr std::uint16_t kVersion45 = 45;  // ZIP64
constexpr std::uint64_t kEscape16 = 0xffffULL;
constexpr std::uint64_t kEscape32 = 0xffffffffULL;

std::uint16_t narrow16(std::uint64_t value) {
  return static_cast<std::uint16_t>(value < kEscape16 ? value : kEscape16);
}

std::uint32_t narrow32(std::uint64_t value) {
  return static_cast<std::uint32_t>(value < kEscape32 ? value : kEscape32);
}

}  // namespace

void append_end(std::string& target, const ZipDirectory& directory) {
  append_u32(target, kEnd64Signature);
  append_u64(target, kEnd64Bytes - 12);
  append_u16(target, kVersion45);
  append_u16(target, kVersion45);
  append_u32(target, 0);
  append_u32(target, 0);
  append_u64(target, directory.count);
  append_u64(target, directory.count);
  append_u64(target, directory.size_bytes);
  append_u64(target, directory.offset);
  append_u32(target, kLocator64Signature);
  append_u32(target, 0);
  append_u64(target, directory.offset + directory.size_bytes);
  append_u32(target, 1);
  append_u32(target, kEndSignature);
  append_u16(target, 0);
  append_u16(target, 0);
  append_u16(target, narrow16(directory.count));
  append_u16(target, narrow16(directory.count));
  append_u32(target, narrow32(directory.size_bytes));
  append_u32(target, narrow32(directory.offset));
  append_u16(target, 0);
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
