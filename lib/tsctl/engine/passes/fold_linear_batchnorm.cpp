#include "tsctl/engine/passes/batch_norm.h"
#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

template <>
void run_on_method<row_of("fold_linear_batchnorm")>(PassContext& context) {
  // The channels of a batch norm are dimension 1, the features of a linear layer are the last one.
  const auto has_two_dimensions = [&context](const torch::jit::Node& batch_norm) {
    const auto type = context.observed_types().of(*batch_norm.input(0));
    return type != nullptr && type->dim() == 2;
  };
  const auto fold = [&](std::shared_ptr<torch::jit::Graph>& graph) {
    return fold_batch_norms(*graph, {"aten::linear"}, has_two_dimensions);
  };
  run_fold(context, fold, {"aten::batch_norm"}, {"aten::linear"});
}

}  // namespace tsctl::passes
