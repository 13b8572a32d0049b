#include <torch/csrc/jit/passes/frozen_linear_folding.h>

#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

// LibTorch folds even if something else reads the linear layer's result, which then gets the folded one. An alias
// between the two hides such a batch norm from it.
bool fold_where_nothing_else_reads(std::shared_ptr<torch::jit::Graph>& graph) {
  std::vector<Node*> aliases;
  for_each_node(*graph, [&](Node& node) {
    if (!is_any_of(node, {"aten::batch_norm"})) return;
    torch::jit::Value* const result = node.input(0);
    if (!is_any_of(*result->node(), {"aten::linear"}) || !is_read_elsewhere(*result, node)) return;
    Node* const alias = graph->create(c10::Symbol::fromQualString("aten::alias"), {result});
    alias->insertBefore(&node);
    node.replaceInput(0, alias->output());
    aliases.push_back(alias);
  });
  const bool changed = torch::jit::FoldFrozenLinearBatchnorm(graph);
  for (Node* alias : aliases) {
    alias->output()->replaceAllUsesWith(alias->input(0));
    alias->destroy();
  }
  return changed;
}

}  // namespace

template <>
void run_on_method<row_of("fold_linear_batchnorm")>(PassContext& context) {
  run_fold(context, fold_where_nothing_else_reads, {"aten::batch_norm"}, {"aten::linear"});
}

}  // namespace tsctl::passes
