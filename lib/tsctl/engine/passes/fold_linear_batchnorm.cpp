#include <torch/csrc/jit/passes/frozen_linear_folding.h>

#include "tsctl/engine/passes/fold.h"
#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

void fold_linear_batchnorm(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenLinearBatchnorm, {"aten::batch_norm"}, {"aten::linear"});
}

}  // namespace tsctl::passes
