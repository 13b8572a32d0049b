#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "tsctl/engine/passes/fold.h"
#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

void fold_conv_batchnorm(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenConvBatchnorm, {"aten::batch_norm"}, kConvolutions);
}

}  // namespace tsctl::passes
