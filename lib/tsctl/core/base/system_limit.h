#pragma once

#include <cerrno>

namespace tsctl {

// What to do about limits of the system, for hints.
inline constexpr const char* kMoreFiles =
    "the limit on open files is reached: raise it (ulimit -n)";
inline constexpr const char* kMoreProcesses =
    "the limit on processes and threads is reached: raise it (ulimit -u), or use --threads 1";
inline constexpr const char* kLargerFiles =
    "the limit on file size is reached: raise it (ulimit -f)";
inline constexpr const char* kMoreMemory =
    "the system has no memory left: end other programs, or raise the limit (ulimit -v)";

// The hint for a call that failed with this errno because a limit of the system was reached, and not because of the file
// that it named; `otherwise` for other reasons.
constexpr const char* hint_for_limit(int code, const char* otherwise = nullptr) noexcept {
  switch (code) {
    case EMFILE:
    case ENFILE:
      return kMoreFiles;
    case EAGAIN:
      return kMoreProcesses;
    case EFBIG:
      return kLargerFiles;
    case ENOMEM:
      return kMoreMemory;
    default:
      return otherwise;
  }
}

}  // namespace tsctl
