#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include "tsctl/core/span_recorder.h"
#include "tsctl/engine/graph/module_paths.h"

namespace tsctl {

// The module name, in a profile, of nodes that belong to no submodule.
inline constexpr const char* kOwnCode = "(the model itself)";

// The operator, submodule and source line of a node of an executed graph. For a fused group, the submodule is the
// common one of its nodes, and the detail lists its operators. The line is the user's code line closest to the node;
// it is empty if the file was loaded without its debug files.
ProfilePlace place_of_node(const torch::jit::Node& node, const ModulePaths& modules);

}  // namespace tsctl
