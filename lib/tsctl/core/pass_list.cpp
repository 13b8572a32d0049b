#include "tsctl/core/rewrite.h"

namespace tsctl {

const std::vector<PassInfo>& pass_list() {
  static const std::vector<PassInfo> passes{
      {"remove_gradient", "freeze",
       "Drops detach calls and the guards that only matter while gradients are recorded.", true},
      {"freeze_constants", "freeze", "Turns parameters and attributes into constants of the graph.",
       true},
      {"remove_dropout", "freeze", "Removes dropout, which does nothing outside training.", true},
      {"fold_conv_batchnorm", "optimize",
       "Folds a batch norm into the weights of the convolution before it.", false},
      {"fold_conv_add_sub", "optimize",
       "Folds a constant that is added to or subtracted from a convolution's result into its bias.",
       false},
      {"fold_conv_mul_div", "optimize",
       "Folds a constant that a convolution's result is multiplied or divided by into its weights.",
       false},
      {"fold_linear_batchnorm", "optimize",
       "Folds a batch norm into the weights of the linear layer before it.", false},
      {"concat_linear", "optimize",
       "Joins linear layers that read the same input into one (only for weights on a CUDA device).",
       false},
      {"peephole", "optimize",
       "Simplifies the graph: constants are computed once, repeated expressions shared, unused "
       "ones removed.",
       true},
  };
  return passes;
}

}  // namespace tsctl
