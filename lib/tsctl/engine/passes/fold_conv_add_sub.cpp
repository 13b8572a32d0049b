#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("fold_conv_add_sub")>(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenConvAddOrSub,
           {"aten::add", "aten::sub", "aten::add_", "aten::sub_"}, kConvolutions);
}

}  // namespace tsctl::passes
