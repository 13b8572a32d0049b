#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// A file opened for reading at positions. Reads copy instead of mapping the file, so that a file that shrinks
// meanwhile is an error and not a signal, and so that memory does not grow with what was looked at.
class BinaryFile {
 public:
  // Throws Error{input} for what is missing, unreadable, a directory or no regular file.
  explicit BinaryFile(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  int descriptor() const noexcept { return descriptor_.get(); }
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }

  // Fills `size_bytes` bytes from `offset`. Throws Error{input} when the file ends before.
  void read_at(std::uint64_t offset, void* target, std::size_t size_bytes) const;

 private:
  std::string path_;
  FileDescriptor descriptor_;
  std::uint64_t size_bytes_ = 0;
};

// Little-endian numbers at any address.
std::uint16_t little_u16(const void* bytes) noexcept;
std::uint32_t little_u32(const void* bytes) noexcept;
std::uint64_t little_u64(const void* bytes) noexcept;

// The reverse, appended to `target`.
void append_u16(std::string& target, std::uint16_t value);
void append_u32(std::string& target, std::uint32_t value);
void append_u64(std::string& target, std::uint64_t value);

}  // namespace tsctl
