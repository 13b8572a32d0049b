#include <torch/csrc/jit/passes/common_subexpression_elimination.h>
#include <torch/csrc/jit/passes/constant_pooling.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/peephole.h>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("peephole")>(PassContext& context) {
  if (!context.may_rewrite()) return;
  auto graph = context.graph();
  const std::int64_t before = count_nodes(*graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::PeepholeOptimize(graph);
  torch::jit::ConstantPropagation(graph);  // a simplified condition may decide a branch
  torch::jit::EliminateCommonSubexpression(graph);
  torch::jit::ConstantPooling(graph);
  torch::jit::EliminateDeadCode(graph);
  const std::int64_t removed = before - count_nodes(*graph);
  if (removed > 0)
    context.rewrote("removed " + std::to_string(removed) + " nodes that were not needed", removed);
}

}  // namespace tsctl::passes
