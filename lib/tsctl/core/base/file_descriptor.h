#pragma once

namespace tsctl {

// Owns a file descriptor and closes it in the destructor. A negative descriptor means "none".
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const noexcept { return descriptor_; }
  bool valid() const noexcept { return descriptor_ >= 0; }

  // Closes the descriptor. Returns the error number of close(); 0 if it succeeded or there was nothing to close.
  int close() noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace tsctl
