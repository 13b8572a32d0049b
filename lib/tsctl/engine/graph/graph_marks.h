#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <vector>

namespace tsctl {

// A node to be inserted into a graph that an interpreter runs (torch::jit::Code): `work` gets what the values are when
// the interpreter comes to the node.
torch::jit::Node* make_mark(torch::jit::Graph& graph, const std::vector<torch::jit::Value*>& values,
                            const std::function<void(c10::ArrayRef<c10::IValue>)>& work);

}  // namespace tsctl
