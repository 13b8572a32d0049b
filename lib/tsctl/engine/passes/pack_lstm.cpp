#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include "tsctl/engine/passes/recurrent.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("pack_lstm")>(PassContext& context) {
  const auto layers = find_recurrent(context, "aten::lstm");
  for (const auto& [node, settings] : layers) {
    const auto state = node->input(1)->node()->inputs();  // a list of two
    replace_recurrent(context, node, settings, "lstm", context.layers().lstm(settings),
                      {node->input(0), state[0], state[1]});
  }
  if (!layers.empty()) torch::jit::EliminateDeadCode(context.graph());
}

}  // namespace tsctl::passes
