#pragma once

#include <filesystem>
#include <string>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// Throws Error{environment} if the folder of `path` does not exist or is not writable, and Error{usage} if `path` is
// a folder, empty or "-". A stream (a device, a pipe, /dev/stdout) must be writable itself. The error names `flag`.
void require_writable_target(const std::filesystem::path& path, const std::string& flag);

// An output file that appears under its name only when it is complete. Until then its name is `.NAME.tsctl-` and 16
// random digits, in the same folder, and a lock on it says that its process lives. commit() syncs and renames it;
// without commit() the destructor removes it. The constructor also removes such files that nobody holds a lock on, so
// writers in two containers that share a folder leave each other's files alone. It throws Error{usage} for a stream,
// because renaming would replace a device by a file.
class OutputFile {
 public:
  OutputFile(const std::filesystem::path& target, const std::string& flag);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::string& path() const noexcept { return temporary_; }
  const std::filesystem::path& target() const noexcept { return target_; }

  // Throws Error{environment} if syncing or renaming fails, or if the temporary name does not lead to the file that the
  // constructor made: then nothing is published.
  void commit();
  // Like commit(), but with the name `NAME.failed` in the same folder. Returns that name.
  std::string commit_as_failed();

 private:
  void commit_to(const std::filesystem::path& target);

  std::filesystem::path target_;
  std::string flag_;
  std::string temporary_;
  FileDescriptor file_;  // holds the lock
  bool committed_ = false;
};

// Writes `text` to a temporary file, syncs and renames it. A stream (/dev/stdout, a pipe) is written directly, at its
// end. Throws Error{environment} that names `flag`.
void write_text_file(const std::filesystem::path& target, const std::string& text,
                     const std::string& flag);

}  // namespace tsctl
