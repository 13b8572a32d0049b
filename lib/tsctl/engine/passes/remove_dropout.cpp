#include <torch/csrc/jit/ir/constants.h>

#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

namespace {

// Every kind of dropout takes (input, p, train) and gives its very input back when train is false.
bool is_idle_dropout(const torch::jit::Node& node) {
  if (!is_any_of(node, {"aten::dropout", "aten::dropout_", "aten::feature_dropout",
                        "aten::feature_dropout_", "aten::alpha_dropout", "aten::alpha_dropout_",
                        "aten::feature_alpha_dropout", "aten::feature_alpha_dropout_"})) {
    return false;
  }
  const auto train = torch::jit::constant_as<bool>(node.input(2));
  return train && !*train;
}

}  // namespace

void remove_dropout(PassContext& context) {
  std::vector<torch::jit::Node*> idle;
  for_each_node(*context.graph, [&idle](torch::jit::Node& node) {
    if (is_idle_dropout(node)) idle.push_back(&node);
  });
  remove_pass_through(context, idle);
}

}  // namespace tsctl::passes
