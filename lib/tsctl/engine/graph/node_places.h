#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include "tsctl/core/span_recorder.h"
#include "tsctl/engine/graph/module_paths.h"

namespace tsctl {

// How a profile calls the time of nodes that belong to no submodule.
inline constexpr const char* kOwnCode = "(the model itself)";

// What a node of an executed graph is, and where in the model and in its source it comes from. A node that holds a graph
// (a fused group) counts for the modules and the line of what it holds, and tells the operators of it. The line is the
// user's that is nearest to the node, and nothing in a file that was loaded without its debug files.
ProfilePlace place_of_node(const torch::jit::Node& node, const ModulePaths& modules);

}  // namespace tsctl
