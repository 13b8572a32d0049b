#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "tsctl/engine/passes/fold.h"
#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

void fold_conv_add_sub(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenConvAddOrSub,
           {"aten::add", "aten::sub", "aten::add_", "aten::sub_"}, kConvolutions);
}

}  // namespace tsctl::passes
