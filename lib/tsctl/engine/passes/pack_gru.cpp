#include "tsctl/engine/passes/recurrent.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("pack_gru")>(PassContext& context) {
  for (const auto& [node, settings] : find_recurrent(context, "aten::gru")) {
    replace_recurrent(context, node, settings, "gru", context.layers().gru(settings),
                      {node->input(0), node->input(1)});
  }
}

}  // namespace tsctl::passes
