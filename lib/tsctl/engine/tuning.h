#pragma once

#include <c10/core/Device.h>

#include <string>

#include "tsctl/core/arm_settings.h"

namespace tsctl {

// Applies the tuning to the whole process; call it before loading a model. Returns which part is unavailable and what
// is used instead, or "". Does not handle CUDA graphs, which the arm does.
std::string apply_tuning(const ArmTuning& tuning, const c10::Device& device);

// Whether the graph that this thread ran last has a partition of oneDNN Graph.
bool uses_onednn_graph();

// Whether TorchScript's own fuser can compile for the CPU.
bool has_llvm_fuser();

}  // namespace tsctl
