#include "tsctl/process/resource_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

struct Sign {
  std::string_view text;
  const char* hint;
};

// How the C library, OpenMP, Python and LibTorch word it.
constexpr std::array kSystemLimits{
    Sign{"Resource temporarily unavailable",
         "the limit of processes and threads is reached: raise it (ulimit -u), or use --threads 1"},
    Sign{"can't start new thread",
         "the limit of processes and threads is reached: raise it (ulimit -u), or use --threads 1"},
    Sign{"Thread creation failed",
         "the limit of processes and threads is reached: raise it (ulimit -u), or use --threads 1"},
    Sign{"Too many open files", "the limit of open files is reached: raise it (ulimit -n)"},
    Sign{"File too large", "the limit of the size of a file is reached: raise it (ulimit -f)"},
    Sign{"No space left on device", "make room on that file system"},
};

constexpr std::array<std::string_view, 7> kOutOfMemory{
    "can't allocate memory", "Cannot allocate memory", "out of memory",
    "ran out of memory",     "std::bad_alloc",         "MemoryError",
    "not enough memory"};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::optional<Error> resource_error(const std::string& text, const std::string& what,
                                    std::int64_t memory_bytes, const std::string& detail) {
  for (const Sign& sign : kSystemLimits) {
    if (has(text, sign.text)) return Error(ErrorKind::environment, what, sign.hint, detail);
  }
  const bool of_memory = !has(text, "CUDA") && std::ranges::any_of(kOutOfMemory, [&](auto part) {
    return has(text, part);
  });
  if (!of_memory || memory_bytes <= 0) return std::nullopt;
  return Error(ErrorKind::execution, what,
               fmt::format("a worker may allocate {}; use a smaller batch or a machine with more "
                           "memory, or raise the limit with --memory SIZE",
                           bytes_text(memory_bytes)),
               detail);
}

}  // namespace tsctl
