#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("fold_conv_batchnorm")>(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenConvBatchnorm, {"aten::batch_norm"}, kConvolutions);
}

}  // namespace tsctl::passes
