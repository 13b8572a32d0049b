#include "tsctl/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/files/file_io.h"

namespace tsctl {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMark = ".tsctl-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Whether this is the temporary file of a process that has ended. Its name ends with the process ID.
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

void write_directly(const fs::path& target, const std::string& text, const std::string& flag) {
  const FileDescriptor stream(::open(target.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!stream.valid()) throw_write_error(target, flag, errno);
  if (const int code = write_all(stream.get(), text); code != 0)
    throw_write_error(target, flag, code);
}

}  // namespace

void require_writable_target(const fs::path& path, const std::string& flag) {
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
  if (is_stream(path)) {
    if (::access(path.c_str(), W_OK) != 0) throw_write_error(path, flag, errno);
    return;
  }
  const fs::path folder = folder_of(path);
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
  const std::string name = fmt::format(".{}{}{}", target.filename().string(), kMark, ::getpid());
  temporary_ = (folder_of(target) / name).string();
  // Another user with access to the folder could have created a link of this name.
  ::unlink(temporary_.c_str());
  const FileDescriptor file(
      ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) throw_write_error(target, flag, errno);
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
  const FileDescriptor file(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || ::fsync(file.get()) != 0) throw_write_error(target, flag_, errno);
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
