#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace tsctl {

// Writes the module as a TorchScript file and flushes it to the disk. Replaces the old content. `path` may be
// /proc/PID/fd/N. Throws Error{environment} if a write fails, for example on a full disk.
void save_module(const torch::jit::Module& module, const std::string& path);

}  // namespace tsctl
