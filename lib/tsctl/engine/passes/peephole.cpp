#include <torch/csrc/jit/passes/common_subexpression_elimination.h>
#include <torch/csrc/jit/passes/constant_pooling.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/peephole.h>

#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

void peephole(PassContext& context) {
  auto& graph = context.graph;
  const std::int64_t before = count_nodes(*graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::PeepholeOptimize(graph);
  torch::jit::ConstantPropagation(graph);  // what peephole found out may decide a branch
  torch::jit::EliminateCommonSubexpression(graph);
  torch::jit::ConstantPooling(graph);
  torch::jit::EliminateDeadCode(graph);
  const std::int64_t removed = before - count_nodes(*graph);
  if (removed > 0)
    context.changes.push_back("removed " + std::to_string(removed) + " nodes that were not needed");
}

}  // namespace tsctl::passes
