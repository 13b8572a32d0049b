#include "tsctl/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/files/file_io.h"

namespace tsctl {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMark = ".tsctl-";
constexpr std::size_t kRandomDigits = 16;
constexpr int kAttempts = 100;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// The longest name of a file in the folder.
std::size_t longest_name(const fs::path& folder) {
  constexpr std::size_t kUsual = 255;
  const long limit = ::pathconf(folder.c_str(), _PC_NAME_MAX);
  return limit > 0 ? static_cast<std::size_t>(limit) : kUsual;
}

// The beginning of `name` that leaves room for `added` bytes, without a part of a UTF-8 character at its end.
std::string shortened(std::string name, std::size_t added, const fs::path& folder) {
  const std::size_t limit = longest_name(folder);
  const std::size_t room = limit > added ? limit - added : 0;
  if (name.size() <= room) return name;
  std::size_t end = room;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) --end;
  name.resize(end);
  return name;
}

// What the names of the target's temporary files begin with.
std::string temporary_prefix(const fs::path& target) {
  const std::size_t added = 1 + std::strlen(kMark) + kRandomDigits;
  return "." + shortened(target.filename().string(), added, folder_of(target)) + kMark;
}

bool is_temporary_name(const std::string& name, const std::string& prefix) {
  return name.size() == prefix.size() + kRandomDigits && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos;
}

std::string random_digits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) bits = std::random_device{}();
  return fmt::format("{:016x}", bits);
}

// Whether the name leads to the file that the descriptor is open on.
bool leads_to(const std::string& name, const FileDescriptor& file) {
  struct stat by_name = {};
  struct stat opened = {};
  return ::lstat(name.c_str(), &by_name) == 0 && ::fstat(file.get(), &opened) == 0 &&
         by_name.st_dev == opened.st_dev && by_name.st_ino == opened.st_ino;
}

// Removes the file unless its writer holds the lock. A process number would mean nothing in another container.
void remove_if_abandoned(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && leads_to(path.string(), file))
    ::unlink(path.c_str());
}

void remove_left_behind(const fs::path& target) {
  std::error_code code;
  const std::string prefix = temporary_prefix(target);
  for (fs::directory_iterator entry(folder_of(target), code), end; !code && entry != end;
       entry.increment(code)) {
    if (is_temporary_name(entry->path().filename().string(), prefix))
      remove_if_abandoned(entry->path());
  }
}

// Whether a renamed file cannot replace the target: a device, a pipe, a socket, and a name of a descriptor
// (/dev/stdout, /dev/fd/3), even if that is open on a regular file.
bool is_stream(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored) &&
      !fs::is_directory(path, ignored))
    return true;
  const fs::path link = fs::read_symlink(path, ignored);
  const fs::path folder = fs::canonical(folder_of(path), ignored);
  return link.string().starts_with("/proc/") || folder.string().starts_with("/proc/");
}

void sync_folder(const fs::path& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.valid()) ::fsync(descriptor.get());
}

// Opens a stream. A pipe whose reader is not there yet gets some time: a reader may start after the command.
FileDescriptor opened_stream(const fs::path& target, const std::string& flag) {
  constexpr int kAttemptsToOpen = 100;
  constexpr useconds_t kBetweenMicroseconds = 50'000;
  for (int attempt = 0; attempt < kAttemptsToOpen; ++attempt) {
    FileDescriptor stream(::open(target.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC));
    if (stream.valid()) return stream;
    const int code = errno;
    std::error_code ignored;
    if (code != ENXIO || !fs::is_fifo(target, ignored)) throw_write_error(target, flag, code);
    ::usleep(kBetweenMicroseconds);
  }
  throw Error(
      ErrorKind::environment,
      fmt::format("'{}' cannot be written: no process reads from it ({})", target.string(), flag),
      "start the reader of the pipe first, or write a regular file");
}

void write_directly(const fs::path& target, const std::string& text, const std::string& flag) {
  constexpr int kPatienceMs = 60'000;
  const FileDescriptor stream = opened_stream(target, flag);
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t count = ::write(stream.get(), left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd watched = {stream.get(), POLLOUT, 0};
      if (::poll(&watched, 1, kPatienceMs) == 0) throw_write_error(target, flag, ETIMEDOUT);
    } else if (errno != EINTR) {
      throw_write_error(target, flag, errno);
    }
  }
}

void require_file_name(const fs::path& path, const std::string& flag) {
  // Elsewhere "-" means standard output; a file of that name would surprise.
  if (path == "-") {
    throw Error(ErrorKind::usage, fmt::format("{} cannot write to standard output ('-')", flag),
                fmt::format("give the name of a file: {} FILE", flag));
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' is a folder, not a file ({})", path.string(), flag),
                fmt::format("give the name of the file to write: {} {}", flag,
                            (path / "model.pt").string()));
  }
  if (path.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{} names no file", flag),
                fmt::format("give the name of the file to write: {} model.pt", flag));
  }
}

void require_writable_folder(const fs::path& path, const std::string& flag) {
  const fs::path folder = folder_of(path);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorKind::environment,
                fmt::format("the folder of '{}' does not exist ({})", path.string(), flag),
                fmt::format("make it first: mkdir -p {}", folder.string()));
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorKind::environment,
                fmt::format("the folder of '{}' is not writable ({}): {}", path.string(), flag,
                            std::strerror(errno)),
                fmt::format("choose another place with {}", flag));
  }
}

}  // namespace

void require_writable_target(const fs::path& path, const std::string& flag) {
  require_file_name(path, flag);
  if (!is_stream(path)) {
    require_writable_folder(path, flag);
  } else if (::access(path.c_str(), W_OK) != 0) {
    throw_write_error(path, flag, errno);
  }
}

OutputFile::OutputFile(const fs::path& target, const std::string& flag)
    : target_(target), flag_(flag) {
  if (is_stream(target)) {
    throw Error(
        ErrorKind::usage, fmt::format("'{}' is not a regular file ({})", target.string(), flag),
        fmt::format("give the name of a regular file, which appears when it is complete: {} "
                    "model.pt",
                    flag));
  }
  require_writable_target(target, flag);
  remove_left_behind(target);
  // Between making the file and locking it, another process may find it abandoned and remove it.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary_ = (folder_of(target) / (temporary_prefix(target) + random_digits())).string();
    file_ = FileDescriptor(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file_.valid() && errno == EEXIST) continue;
    if (!file_.valid()) throw_write_error(target, flag, errno);
    // A file system without locks answers with another error: then nobody else can lock and remove the file either.
    const bool taken = ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && leads_to(temporary_, file_)) return;
  }
  throw_write_error(target, flag, EBUSY);
}

OutputFile::~OutputFile() {
  if (!committed_ && leads_to(temporary_, file_)) ::unlink(temporary_.c_str());
}

void OutputFile::commit() { commit_to(target_); }

std::string OutputFile::commit_as_failed() {
  constexpr std::string_view kEnding = ".failed";
  std::string name = shortened(target_.filename().string(), kEnding.size(), folder_of(target_));
  const fs::path failed = target_.parent_path() / name.append(kEnding);
  commit_to(failed);
  return failed.string();
}

void OutputFile::commit_to(const fs::path& target) {
  if (::fsync(file_.get()) != 0) throw_write_error(target, flag_, errno);
  if (!leads_to(temporary_, file_)) {
    throw Error(ErrorKind::environment,
                fmt::format("'{}' was not published: another process replaced its temporary file",
                            target.string()),
                fmt::format("choose a folder that only you write to with {}", flag_));
  }
  if (::rename(temporary_.c_str(), target.c_str()) != 0) throw_write_error(target, flag_, errno);
  committed_ = true;
  sync_folder(folder_of(target));
}

void write_text_file(const fs::path& target, const std::string& text, const std::string& flag) {
  if (is_stream(target)) {
    write_directly(target, text, flag);
    return;
  }
  OutputFile file(target, flag);
  FileDescriptor temporary(::open(file.path().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!temporary.valid()) throw_write_error(target, flag, errno);
  if (const int code = write_all(temporary.get(), text); code != 0)
    throw_write_error(target, flag, code);
  if (const int code = temporary.close(); code != 0) throw_write_error(target, flag, code);
  file.commit();
}

}  // namespace tsctl
