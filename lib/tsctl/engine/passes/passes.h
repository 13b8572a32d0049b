#pragma once

#include "tsctl/engine/passes/pass.h"

// The passes that work on one graph, named as in core/rewrite.h's pass_list(). freeze_constants is not among them:
// it works on the whole module (pipeline.cpp).
namespace tsctl::passes {

// Bit-exact; needs an inlined graph.
void remove_gradient(PassContext& context);
void remove_dropout(PassContext& context);

// Need a frozen graph; they do nothing otherwise.
void fold_conv_batchnorm(PassContext& context);
void fold_conv_add_sub(PassContext& context);
void fold_conv_mul_div(PassContext& context);
void fold_linear_batchnorm(PassContext& context);
void concat_linear(PassContext& context);
void peephole(PassContext& context);

}  // namespace tsctl::passes
