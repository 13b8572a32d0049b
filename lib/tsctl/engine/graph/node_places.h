#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include "tsctl/core/span_recorder.h"
#include "tsctl/engine/graph/module_paths.h"

namespace tsctl {

// The module name, in a profile, of nodes that belong to no submodule.
inline constexpr const char* kOwnCode = "(the model itself)";

// The operator, submodule and source line of a node of an executed graph. For a fused group, the submodule is the
// common one of its nodes, and the detail lists its operators. The line is the user's code line closest to the node. If no
// line is the user's, it is the submodule with the operator, and the detail is the line in torch. It is empty if the file
// was loaded without its debug files. tsctl's own lines and modules never appear.
ProfilePlace place_of_node(const torch::jit::Node& node, const ModulePaths& modules);

}  // namespace tsctl
