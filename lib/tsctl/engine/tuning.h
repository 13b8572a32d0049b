#pragma once

#include <c10/core/Device.h>

#include <string>

#include "tsctl/core/arm_settings.h"

namespace tsctl {

// Sets the whole process to the tuning, before a model is loaded. Returns what is unavailable here and what runs
// instead; empty when all of it is available. The CUDA graph is the arm's own business.
std::string apply_tuning(const ArmTuning& tuning, const c10::Device& device);

// Whether the graph that this thread ran last holds a partition of oneDNN Graph.
bool onednn_graph_took_part();

// Whether TorchScript's own fuser can compile for the CPU.
bool has_llvm_fuser();

}  // namespace tsctl
