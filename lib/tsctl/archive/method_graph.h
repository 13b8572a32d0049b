#pragma once

#include "tsctl/archive/model_archive.h"
#include "tsctl/core/method_graph.h"

namespace tsctl {

// What is left of what the graphs of a file may take.
struct MethodGraphLimits {
  std::size_t rows = 20'000;  // nodes and scopes
  std::size_t steps = 40'000'000;
};

// The graph of a method of the root's class, from the text of the code. It never throws for what the code says: a graph
// that becomes too large ends early and says so.
// The limits hold for all graphs of a file together.
MethodGraph method_graph(const ScriptCode& code, const CodeClass& root, const CodeFunction& method,
                         MethodGraphLimits& limits);

}  // namespace tsctl
