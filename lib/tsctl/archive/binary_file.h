#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// A file opened for random-access reads. It copies instead of mapping: a file that shrinks is then an error, not a
// signal, and memory use does not grow with the amount read.
class BinaryFile {
 public:
  // Throws Error{input} if the path is missing, unreadable or not a regular file.
  explicit BinaryFile(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  int descriptor() const noexcept { return descriptor_.get(); }
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }

  // Copies `size_bytes` bytes at `offset` to `target`. Throws Error{input} if the file ends before.
  void read_at(std::uint64_t offset, void* target, std::size_t size_bytes) const;

 private:
  std::string path_;
  FileDescriptor descriptor_;
  std::uint64_t size_bytes_ = 0;
};

// Throws Error{environment} for a failed write; `code` is the error number.
[[noreturn]] void throw_write_error(const std::string& path, int code);

// Read little-endian numbers from any address.
std::uint16_t little_u16(const void* bytes) noexcept;
std::uint32_t little_u32(const void* bytes) noexcept;
std::uint64_t little_u64(const void* bytes) noexcept;

// Append little-endian numbers to `target`.
void append_u16(std::string& target, std::uint16_t value);
void append_u32(std::string& target, std::uint32_t value);
void append_u64(std::string& target, std::uint64_t value);

}  // namespace tsctl
