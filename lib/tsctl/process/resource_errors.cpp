#include "tsctl/process/resource_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tsctl/core/base/system_limit.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

struct Sign {
  std::string_view text;
  const char* hint;
};

// How the C library, OpenMP, Python and LibTorch word it.
constexpr std::array kSystemLimits{
    Sign{"Resource temporarily unavailable", kMoreProcesses},
    Sign{"can't start new thread", kMoreProcesses},
    Sign{"Thread creation failed", kMoreProcesses},
    Sign{"Too many open files", kMoreFiles},
    Sign{"File too large", kLargerFiles},
};
constexpr Sign kFullDisk{"No space left on device", "make room on that file system"};

constexpr std::array<std::string_view, 7> kOutOfMemory{
    "can't allocate memory", "Cannot allocate memory", "out of memory",
    "ran out of memory",     "std::bad_alloc",         "MemoryError",
    "not enough memory"};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::string hint_for_system_limit(const std::string& text) {
  const auto* const found =
      std::ranges::find_if(kSystemLimits, [&](const Sign& sign) { return has(text, sign.text); });
  return found == kSystemLimits.end() ? "" : found->hint;
}

std::optional<Error> resource_error(const std::string& text, const std::string& what,
                                    std::int64_t memory_bytes, const std::string& detail) {
  std::string hint = hint_for_system_limit(text);
  if (hint.empty() && has(text, kFullDisk.text)) hint = kFullDisk.hint;
  if (!hint.empty()) return Error(ErrorKind::environment, what, hint, detail);
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
