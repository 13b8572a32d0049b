#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace tsctl {

// Writes the module as a TorchScript file, truncating what is there, and flushes it to the disk. `path` may be a
// /proc/PID/fd/N. Throws Error{environment} when it cannot be written, a full disk included.
void save_module(const torch::jit::Module& module, const std::string& path);

}  // namespace tsctl
