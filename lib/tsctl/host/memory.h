#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace tsctl {

// The memory that a process here can have at most: that of the machine, or the smaller limit of a control group. `root`
// is "/" except in tests, where it has proc/meminfo. 0 if it cannot be read.
std::int64_t memory_of_host(const std::filesystem::path& root = "/");

// The memory that processes here can still have: what the machine can give, swap and page cache included, or less if a
// control group leaves less. None if it cannot be read.
std::optional<std::int64_t> available_memory(const std::filesystem::path& root = "/");

// The most that a worker may allocate unless --memory says otherwise: the memory of the host less a reserve for the rest
// of the system, a twentieth and at least 256 MiB.
std::int64_t default_memory_limit(std::int64_t memory_bytes);

}  // namespace tsctl
