#pragma once

namespace tsctl {

// The executor that runs a TorchScript graph: LibTorch's default (profiling), static (no re-specialization:
// an empty fusion strategy), or unoptimized (for debugging).
enum class Executor { standard, fixed, unoptimized };

}  // namespace tsctl
