#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "tsctl/engine/graph/module_paths.h"

namespace tsctl::passes {

// What a pass works on and tells. `changes` holds one sentence for each thing that was folded or removed.
struct PassContext {
  std::shared_ptr<torch::jit::Graph> graph = {};
  const ModulePaths& paths;
  std::vector<std::string> changes = {};
};

// Calls `visit` on every node, those of nested blocks and of forked subgraphs included.
void for_each_node(torch::jit::Graph& graph, const std::function<void(torch::jit::Node&)>& visit);

// Nodes in nested blocks and forked subgraphs included.
std::int64_t count_nodes(torch::jit::Graph& graph);

bool is_any_of(const torch::jit::Node& node, std::initializer_list<const char*> ops);

// "conv2d" for aten::conv2d, "convolution" for aten::_convolution, "add" for aten::add_.
std::string op_name(const torch::jit::Node& node);

// Takes the nodes out of the graph, each replaced by its first input, and adds "removed OP at PLACE" for each.
// The nodes must have one output.
void remove_pass_through(PassContext& context, const std::vector<torch::jit::Node*>& nodes);

}  // namespace tsctl::passes
