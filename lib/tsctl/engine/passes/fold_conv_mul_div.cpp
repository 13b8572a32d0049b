#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("fold_conv_mul_div")>(PassContext& context) {
  run_fold(context, torch::jit::FoldFrozenConvMulOrDiv,
           {"aten::mul", "aten::div", "aten::mul_", "aten::div_"}, kConvolutions);
}

}  // namespace tsctl::passes
