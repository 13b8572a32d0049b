#include <torch/csrc/jit/passes/frozen_concat_linear.h>

#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

namespace {

std::int64_t count_linear(torch::jit::Graph& graph) {
  std::int64_t count = 0;
  for_each_node(graph, [&count](torch::jit::Node& node) {
    count += is_any_of(node, {"aten::linear"}) ? 1 : 0;
  });
  return count;
}

}  // namespace

void concat_linear(PassContext& context) {
  const std::int64_t before = count_linear(*context.graph);
  if (!torch::jit::FrozenConcatLinear(context.graph)) return;
  context.changes.push_back("joined " + std::to_string(before) + " linear layers into " +
                            std::to_string(count_linear(*context.graph)));
}

}  // namespace tsctl::passes
