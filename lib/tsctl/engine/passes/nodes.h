#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>

namespace tsctl::passes {

// Calls `visit` on every node, those of nested blocks and of forked subgraphs included.
void for_each_node(torch::jit::Graph& graph, const std::function<void(torch::jit::Node&)>& visit);

// Nodes in nested blocks and forked subgraphs included.
std::int64_t count_nodes(torch::jit::Graph& graph);

bool is_any_of(const torch::jit::Node& node, std::initializer_list<const char*> ops);

// "conv2d" for aten::conv2d, "convolution" for aten::_convolution, "add" for aten::add_.
std::string op_name(const torch::jit::Node& node);

}  // namespace tsctl::passes
