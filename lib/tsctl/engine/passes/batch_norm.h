#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <initializer_list>

namespace tsctl::passes {

// Folds the batch norms that read the result of one of `layers` (convolutions or linears) into its weights, in float64:
// rounded once, they are as near to the exact ones as they can be. `fits` says whether the channels of a batch norm are
// the output features of its layer. Returns whether it folded any.
bool fold_batch_norms(torch::jit::Graph& graph, std::initializer_list<const char*> layers,
                      const std::function<bool(const torch::jit::Node& batch_norm)>& fits);

}  // namespace tsctl::passes
