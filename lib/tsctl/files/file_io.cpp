#include "tsctl/files/file_io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/core/base/system_limit.h"

namespace tsctl {

namespace {

constexpr std::size_t kPartBytes = std::size_t{1} << 20;

[[noreturn]] void throw_read_error(const std::string& path, const std::string& flag, int code) {
  const std::string where = flag.empty() ? "" : fmt::format(" ({})", flag);
  throw Error(hint_for_limit(code) != nullptr ? ErrorKind::environment : ErrorKind::input,
              fmt::format("'{}' cannot be read{}: {}", path, where, std::strerror(code)),
              hint_for_limit(code, "check the file's name"));
}

}  // namespace

void throw_write_error(const std::filesystem::path& path, const std::string& flag, int code) {
  std::string hint = fmt::format("choose another place with {}", flag);
  if (code == ENOSPC || code == EDQUOT)
    hint = fmt::format("make room on that file system, or choose another with {}", flag);
  if (const char* limit = hint_for_limit(code)) hint = limit;
  throw Error(ErrorKind::environment,
              fmt::format("'{}' cannot be written: {}", path.string(), std::strerror(code)), hint);
}

void read_file(const std::string& path, const std::string& flag,
               const std::function<void(std::string_view bytes)>& take) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) throw_read_error(path, flag, errno);
  std::string part(kPartBytes, '\0');
  while (true) {
    const ssize_t count = ::read(file.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_read_error(path, flag, errno);
    if (count == 0) return;
    take(std::string_view(part.data(), static_cast<std::size_t>(count)));
  }
}

std::string bytes_of_file(const std::string& path, const std::string& flag) {
  std::string bytes;
  read_file(path, flag, [&bytes](std::string_view part) { bytes += part; });
  return bytes;
}

int write_all(int descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

void copy_file_bytes(const std::string& from, const std::string& to, const std::string& flag) {
  FileDescriptor target;
  const auto open_target = [&] {
    target = FileDescriptor(::open(to.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!target.valid()) throw_write_error(to, flag, errno);
  };
  read_file(from, {}, [&](std::string_view part) {
    if (!target.valid()) open_target();
    if (const int code = write_all(target.get(), part); code != 0)
      throw_write_error(to, flag, code);
  });
  if (!target.valid()) open_target();  // `from` is empty
  if (const int code = target.close(); code != 0) throw_write_error(to, flag, code);
}

}  // namespace tsctl
