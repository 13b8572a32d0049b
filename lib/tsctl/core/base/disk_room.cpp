#include "tsctl/core/base/disk_room.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

std::string text_of(std::uint64_t bytes) { return bytes_text(static_cast<std::int64_t>(bytes)); }

}  // namespace

std::optional<std::uint64_t> free_bytes(const std::string& path) {
  struct statvfs system = {};
  if (::statvfs(path.c_str(), &system) != 0 || system.f_blocks == 0) return std::nullopt;
  return static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
}

void require_disk_room(const std::string& path, std::uint64_t bytes) {
  const auto room = free_bytes(path);
  if (!room || *room >= bytes) return;
  throw Error(
      ErrorKind::environment,
      fmt::format(
          "'{}' cannot be written: it takes at least {}, but its file system has only {} left",
          path, text_of(bytes), text_of(*room)),
      "free some space, or write to another disk");
}

void require_memory(const std::string& path, std::uint64_t bytes, std::uint64_t limit_bytes) {
  if (limit_bytes == 0 || bytes <= limit_bytes) return;
  throw Error(
      ErrorKind::environment,
      fmt::format("'{}' cannot be loaded: its tensors take {}, but a worker may allocate only {}",
                  path, text_of(bytes), text_of(limit_bytes)),
      "raise the limit with --memory SIZE, or use a machine with more memory");
}

}  // namespace tsctl
