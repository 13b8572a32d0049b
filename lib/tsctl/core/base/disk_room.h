#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tsctl {

// The bytes that this process may still write to the file system of an existing file or folder; none if it does not say.
std::optional<std::uint64_t> free_bytes(const std::string& path);

// Throws Error{environment} if that is less than `bytes`, which must be the least that will be written to `path`: what
// would fit is never refused. A file system that compresses may hold more than it says.
void require_disk_room(const std::string& path, std::uint64_t bytes);

// Throws Error{environment} if loading the tensors of a file takes more than the memory that this process may allocate:
// `bytes` is the least that they take. A limit of 0 is none.
void require_memory(const std::string& path, std::uint64_t bytes, std::uint64_t limit_bytes);

}  // namespace tsctl
