#include "tsctl/engine/passes/batch_norm.h"
#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("fold_conv_batchnorm")>(PassContext& context) {
  const auto fold = [](std::shared_ptr<torch::jit::Graph>& graph) {
    return fold_batch_norms(*graph, kAllConvolutions, [](const auto&) { return true; });
  };
  run_fold(context, fold, {"aten::batch_norm"}, kAllConvolutions);
}

}  // namespace tsctl::passes
