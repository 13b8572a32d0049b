#pragma once

#include <filesystem>
#include <string>

namespace tsctl {

// Throws Error{environment} unless `path`'s folder exists and a file can be made in it, Error{usage} when `path` is
// a folder itself or empty. A stream (a device, a pipe, /dev/stdout) has to be writable itself. `flag` is named in the
// message.
void require_writable_target(const std::filesystem::path& path, const std::string& flag);

// A result file that appears under its name only when it is complete. Until then it is `.NAME.tsctl-PID` in the same
// folder; such files of processes that are gone are removed. commit() syncs and renames; without it nothing stays.
// Throws Error{usage} for a stream: renaming would put a file in the place of a device.
class OutputFile {
 public:
  OutputFile(const std::filesystem::path& target, const std::string& flag);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::string& path() const noexcept { return temporary_; }
  const std::filesystem::path& target() const noexcept { return target_; }

  // Throws Error{environment} when the disk refuses.
  void commit();
  // Like commit, under another name: `NAME.failed` beside the target. Gives that name.
  std::string commit_as_failed();

 private:
  void commit_to(const std::filesystem::path& target);

  std::filesystem::path target_;
  std::string flag_;
  std::string temporary_;
  bool committed_ = false;
};

// Writes `text` as a whole file with the same care: temporary file, sync, rename. A target that is no regular file
// (/dev/stdout, a pipe) is written directly, at its end. Throws Error{environment} naming `flag`.
void write_text_file(const std::filesystem::path& target, const std::string& text,
                     const std::string& flag);

}  // namespace tsctl
