#pragma once

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// The executor that runs a TorchScript graph: LibTorch's default (profiling), static (no re-specialization:
// an empty fusion strategy), or unoptimized (for debugging).
enum class Executor { standard, fixed, unoptimized };

constexpr auto names_of(Executor) {
  return std::to_array<Named<Executor>>({
      {Executor::standard, "default"},
      {Executor::fixed, "static"},
      {Executor::unoptimized, "unoptimized"},
  });
}

}  // namespace tsctl
