#include "tsctl/archive/binary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/system_limit.h"

namespace tsctl {

namespace {

[[noreturn]] void throw_open_error(const std::string& path, int code) {
  if (code == ENOENT || code == ENOTDIR) {
    throw Error(ErrorKind::input, fmt::format("'{}' does not exist", path),
                "check the path; it is relative to the current folder");
  }
  if (code == EACCES || code == EPERM) {
    throw Error(ErrorKind::input, fmt::format("this user has no permission to read '{}'", path),
                "change its permissions (chmod +r) or those of its folder");
  }
  throw Error(hint_for_limit(code) != nullptr ? ErrorKind::environment : ErrorKind::input,
              fmt::format("'{}' cannot be opened: {}", path, std::strerror(code)),
              hint_for_limit(code, "check the file and its disk"));
}

}  // namespace

BinaryFile::BinaryFile(const std::string& path) : path_(path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  descriptor_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor_.valid()) throw_open_error(path, errno);
  struct stat status = {};
  const bool known = ::fstat(descriptor(), &status) == 0;
  if (known && S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::input, fmt::format("'{}' is a folder, not a file", path),
                "name the file inside it");
  }
  if (!known || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::input, fmt::format("'{}' is not a regular file", path),
                "name a file on disk");
  }
  size_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

void BinaryFile::read_at(std::uint64_t offset, void* target, std::size_t size_bytes) const {
  if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) {
    throw Error(ErrorKind::input, fmt::format("'{}' is truncated", path_),
                "the file is damaged or incomplete: get it again");
  }
  auto* out = static_cast<char*>(target);
  while (size_bytes > 0) {
    const ssize_t got = ::pread(descriptor(), out, size_bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw Error(ErrorKind::input,
                  fmt::format("'{}' cannot be read: {}", path_, std::strerror(errno)),
                  "check the disk, or copy the file again");
    }
    if (got == 0) {
      throw Error(ErrorKind::input, fmt::format("'{}' became shorter while tsctl read it", path_),
                  "try again");
    }
    out += got;
    offset += static_cast<std::uint64_t>(got);
    size_bytes -= static_cast<std::size_t>(got);
  }
}

void throw_write_error(const std::string& path, int code) {
  throw Error(
      ErrorKind::environment, fmt::format("'{}' cannot be written: {}", path, std::strerror(code)),
      code == ENOSPC ? "free some space on that disk"
                     : hint_for_limit(code, "check the permissions of the file and its folder"));
}

std::uint16_t little_u16(const void* bytes) noexcept {
  const auto* p = static_cast<const unsigned char*>(bytes);
  return static_cast<std::uint16_t>(p[0] | (p[1] << 8));
}

std::uint32_t little_u32(const void* bytes) noexcept {
  const auto* p = static_cast<const unsigned char*>(bytes);
  return little_u16(p) | (static_cast<std::uint32_t>(little_u16(p + 2)) << 16);
}

std::uint64_t little_u64(const void* bytes) noexcept {
  const auto* p = static_cast<const unsigned char*>(bytes);
  return little_u32(p) | (static_cast<std::uint64_t>(little_u32(p + 4)) << 32);
}

void append_u16(std::string& target, std::uint16_t value) {
  target.push_back(static_cast<char>(value & 0xff));
  target.push_back(static_cast<char>(value >> 8));
}

void append_u32(std::string& target, std::uint32_t value) {
  append_u16(target, static_cast<std::uint16_t>(value & 0xffff));
  append_u16(target, static_cast<std::uint16_t>(value >> 16));
}

void append_u64(std::string& target, std::uint64_t value) {
  append_u32(target, static_cast<std::uint32_t>(value & 0xffffffffU));
  append_u32(target, static_cast<std::uint32_t>(value >> 32));
}

}  // namespace tsctl
