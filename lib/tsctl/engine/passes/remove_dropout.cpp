#include <torch/csrc/jit/ir/constants.h>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

// Every kind of dropout takes (input, p, train) and returns its very input when train is false.
bool is_dropout(const torch::jit::Node& node) {
  return is_any_of(node, {"aten::dropout", "aten::dropout_", "aten::feature_dropout",
                          "aten::feature_dropout_", "aten::alpha_dropout", "aten::alpha_dropout_",
                          "aten::feature_alpha_dropout", "aten::feature_alpha_dropout_"});
}

}  // namespace

template <>
void run_on_method<row_of("remove_dropout")>(PassContext& context) {
  std::vector<torch::jit::Node*> idle;
  for_each_node(*context.graph(), [&](torch::jit::Node& node) {
    if (!is_dropout(node)) return;
    const auto train = torch::jit::constant_as<bool>(node.input(2));
    if (!train) {
      context.skip(node, "whether it is active is known only when the model runs");
    } else if (*train) {
      context.skip(
          node, "it is active: the code asks for it, or the model was captured in training mode");
    } else {
      idle.push_back(&node);
    }
  });
  context.remove_pass_through(idle);
}

}  // namespace tsctl::passes
