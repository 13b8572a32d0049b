#include "tsctl/worker/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "tsctl/core/error.h"

namespace tsctl {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMark = ".tsctl-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

[[noreturn]] void throw_write_error(const fs::path& path, const std::string& flag, int code) {
  std::string hint = "choose another place with " + flag;
  if (code == ENOSPC || code == EDQUOT)
    hint = "make room on that file system, or choose another with " + flag;
  throw Error(ErrorKind::environment,
              "'" + path.string() + "' cannot be written: " + std::strerror(code), hint);
}

[[noreturn]] void throw_read_error(const std::string& path, int code,
                                   const std::string& flag = {}) {
  const std::string where = flag.empty() ? "" : " (" + flag + ")";
  throw Error(ErrorKind::input,
              "'" + path + "' cannot be read" + where + ": " + std::strerror(code),
              "check the file's name");
}

// Ends with the pid that made it; false for anything else and for processes that still run.
bool is_left_behind(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) return false;
  const std::string digits = name.substr(prefix.size());
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return false;
  return ::kill(static_cast<pid_t>(std::strtol(digits.c_str(), nullptr, 10)), 0) != 0 &&
         errno == ESRCH;
}

void remove_left_behind(const fs::path& target) {
  std::error_code code;
  const std::string prefix = "." + target.filename().string() + kMark;
  for (fs::directory_iterator entry(folder_of(target), code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (is_left_behind(entry->path().filename().string(), prefix))
      fs::remove(entry->path(), ignored);
  }
}

// What cannot be replaced by a renamed file: a device, a pipe, a socket, and the names that stand for descriptors
// (/dev/stdout, /dev/fd/3), even where these are open on a regular file.
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
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

int write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(fd, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

void write_directly(const fs::path& target, const std::string& text, const std::string& flag) {
  const int fd = ::open(target.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) throw_write_error(target, flag, errno);
  const int code = write_all(fd, text.data(), text.size());
  ::close(fd);
  if (code != 0) throw_write_error(target, flag, code);
}

}  // namespace

void require_writable_target(const fs::path& path, const std::string& flag) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::usage, "'" + path.string() + "' is a folder, not a file (" + flag + ")",
                "give the name of the file to write: " + flag + " " + (path / "model.pt").string());
  }
  if (path.empty()) {
    throw Error(ErrorKind::usage, flag + " names no file",
                "give the name of the file to write: " + flag + " model.pt");
  }
  if (is_stream(path)) {
    if (::access(path.c_str(), W_OK) != 0) throw_write_error(path, flag, errno);
    return;
  }
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorKind::environment,
                "the folder of '" + path.string() + "' does not exist (" + flag + ")",
                "make it first: mkdir -p " + folder.string());
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorKind::environment,
                "the folder of '" + path.string() + "' is not writable (" + flag +
                    "): " + std::strerror(errno),
                "choose another place with " + flag);
  }
}

ScratchFile::ScratchFile(const fs::path& folder) {
  const fs::path where = folder.empty() ? fs::path(".") : folder;
  fd_ = ::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0) {  // a file system without O_TMPFILE
    std::string name = (where / ".tsctl-scratch-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ >= 0) ::unlink(name.c_str());
  }
  if (fd_ < 0) {
    throw Error(ErrorKind::environment,
                "no scratch file can be made in '" + where.string() + "': " + std::strerror(errno),
                "choose a writable folder (TMPDIR for commands that write no model)");
  }
}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

std::string ScratchFile::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_);
}

fs::path temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path("/tmp");
}

OutputFile::OutputFile(const fs::path& target, const std::string& flag)
    : target_(target), flag_(flag) {
  if (is_stream(target)) {
    throw Error(ErrorKind::usage, "'" + target.string() + "' is not a regular file (" + flag + ")",
                "a file that appears only when it is complete needs a name of its own: " + flag +
                    " model.pt");
  }
  require_writable_target(target, flag);
  remove_left_behind(target);
  const std::string name = "." + target.filename().string() + kMark + std::to_string(::getpid());
  temporary_ = (folder_of(target) / name).string();
  // Nothing of that name is ours yet; who may write into the folder could have put a link there.
  ::unlink(temporary_.c_str());
  const int fd = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) throw_write_error(target, flag, errno);
  ::close(fd);
}

OutputFile::~OutputFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void OutputFile::commit() { commit_to(target_); }

std::string OutputFile::commit_as_failed() {
  fs::path failed = target_;
  failed += ".failed";
  commit_to(failed);
  return failed.string();
}

void OutputFile::commit_to(const fs::path& target) {
  const int fd = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || ::fsync(fd) != 0) {
    const int code = errno;
    if (fd >= 0) ::close(fd);
    throw_write_error(target, flag_, code);
  }
  ::close(fd);
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
  const int fd = ::open(file.path().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  int code = fd < 0 ? errno : write_all(fd, text.data(), text.size());
  if (fd >= 0 && ::close(fd) != 0 && code == 0) code = errno;
  if (code != 0) throw_write_error(target, flag, code);
  file.commit();
}

std::string bytes_of_file(const std::string& path, const std::string& flag) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_read_error(path, errno, flag);
  std::string text;
  char bytes[65536];
  while (true) {
    const ssize_t count = ::read(fd, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    const int code = errno;
    if (count <= 0) ::close(fd);
    if (count < 0) throw_read_error(path, code, flag);
    if (count == 0) return text;
    text.append(bytes, static_cast<std::size_t>(count));
  }
}

void copy_file_bytes(const std::string& from, const std::string& to, const std::string& flag) {
  const int in = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) throw_read_error(from, errno);
  int read_code = 0;
  const int out = ::open(to.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  int code = out < 0 ? errno : 0;
  std::string bytes(std::size_t{1} << 20, '\0');
  while (code == 0) {
    const ssize_t count = ::read(in, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) read_code = errno;
    if (count <= 0) break;
    code = write_all(out, bytes.data(), static_cast<std::size_t>(count));
  }
  ::close(in);
  if (out >= 0 && ::close(out) != 0 && code == 0) code = errno;
  if (read_code != 0) throw_read_error(from, read_code);
  if (code != 0) throw_write_error(to, flag, code);
}

}  // namespace tsctl
