#pragma once

#include <string>

#include "tsctl/core/method_graph.h"

namespace tsctl {

// The graph of a method in Graphviz's language: a cluster for each submodule, function, branch and loop.
std::string dot_from_graph(const MethodGraph& graph);

}  // namespace tsctl
