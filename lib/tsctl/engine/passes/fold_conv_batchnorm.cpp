#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr std::initializer_list<const char*> kTransposed = {
    "aten::conv_transpose1d", "aten::conv_transpose2d", "aten::conv_transpose3d"};

// y = scale * x + shift for each channel, in float64.
struct Affine {
  at::Tensor scale = {};
  at::Tensor shift = {};
};

bool is_conv(const Node& node) {
  return is_any_of(node, kConvolutions) || is_any_of(node, kTransposed);
}

// Whether the weight has the output channels in its second dimension; nothing if that is not constant.
std::optional<bool> is_transposed(const Node& conv) {
  if (is_any_of(conv, kTransposed)) return true;
  if (!is_any_of(conv, {"aten::_convolution"})) return false;
  return constant_bool(*conv.namedInput("transposed"));
}

std::optional<at::Tensor> channels_of(const Value& value, double if_none, std::int64_t channels) {
  if (is_none(value)) return at::full({channels}, if_none, at::kDouble);
  const auto tensor = constant_tensor(value);
  if (!tensor || tensor->numel() != channels) return std::nullopt;
  return tensor->to(at::kDouble).reshape({channels});
}

// What a batch norm does in evaluation; nothing if it is not known or in training.
std::optional<Affine> affine_of(const Node& batch_norm, std::int64_t channels) {
  const auto training = constant_bool(*batch_norm.namedInput("training"));
  const auto eps = constant_number(*batch_norm.namedInput("eps"));
  if (training.value_or(true) || !eps || is_none(*batch_norm.namedInput("running_mean")) ||
      is_none(*batch_norm.namedInput("running_var"))) {
    return std::nullopt;
  }
  const auto weight = channels_of(*batch_norm.namedInput("weight"), 1.0, channels);
  const auto bias = channels_of(*batch_norm.namedInput("bias"), 0.0, channels);
  const auto mean = channels_of(*batch_norm.namedInput("running_mean"), 0.0, channels);
  const auto variance = channels_of(*batch_norm.namedInput("running_var"), 1.0, channels);
  if (!weight || !bias || !mean || !variance) return std::nullopt;
  const at::Tensor scale = *weight / at::sqrt(*variance + *eps);
  return Affine{.scale = scale, .shift = *bias - *mean * scale};
}

// The factors in the shape in which they multiply the weight. A transposed one is C x O/groups x ….
at::Tensor for_weight(const at::Tensor& scale, const at::Tensor& weight, bool transposed,
                      std::int64_t groups) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  if (!transposed) {
    shape[0] = scale.numel();
    return scale.reshape(shape);
  }
  shape[0] = weight.size(0);
  shape[1] = weight.size(1);
  return scale.reshape({groups, weight.size(1)})
      .repeat_interleave(weight.size(0) / groups, 0)
      .reshape(shape);
}

void replace_constant(Node& conv, std::size_t input, const at::Tensor& tensor,
                      const std::string& name) {
  const torch::jit::WithInsertPoint place(&conv);
  Value* const after = conv.owningGraph()->insertConstant(tensor);
  after->setDebugName(name + "_folded");
  conv.replaceInput(input, after);
}

// Folds the batch norm into the convolution before it, in float64: rounded once, the weights are as near to the exact
// ones as they can be. Returns whether it could.
bool fold(Node& batch_norm) {
  Node& conv = *batch_norm.input(0)->node();
  if (!is_conv(conv) || is_read_elsewhere(*conv.output(), batch_norm)) return false;
  const auto transposed = is_transposed(conv);
  const auto groups = constant_int(*conv.namedInput("groups"));
  const auto weight = constant_tensor(*conv.input(1));
  const auto bias = constant_tensor(*conv.input(2));
  if (!transposed || !groups || !weight || weight->dim() < 3 || !weight->is_floating_point() ||
      weight->is_sparse() || (!bias && !is_none(*conv.input(2)))) {
    return false;
  }
  const std::int64_t channels = *transposed ? weight->size(1) * *groups : weight->size(0);
  const auto affine = affine_of(batch_norm, channels);
  if (!affine) return false;
  const at::Tensor scale = affine->scale.to(weight->device());
  const at::Tensor shift = affine->shift.to(weight->device());
  const at::Tensor sum = bias ? bias->to(at::kDouble) * scale + shift : shift;
  const std::string name = conv.input(1)->debugName();
  const at::Tensor factors = for_weight(scale, *weight, *transposed, *groups);
  replace_constant(conv, 1, (weight->to(at::kDouble) * factors).to(weight->scalar_type()), name);
  replace_constant(conv, 2, sum.to(weight->scalar_type()),
                   bias ? conv.input(2)->debugName() : name + "_bias");
  batch_norm.output()->replaceAllUsesWith(conv.output());
  batch_norm.destroy();
  return true;
}

bool fold_batch_norms(std::shared_ptr<torch::jit::Graph>& graph) {
  const at::NoGradGuard no_gradient;
  std::vector<Node*> batch_norms;
  for_each_node(*graph, [&](Node& node) {
    if (is_any_of(node, {"aten::batch_norm"})) batch_norms.push_back(&node);
  });
  bool changed = false;
  for (Node* batch_norm : batch_norms) changed = fold(*batch_norm) || changed;
  torch::jit::EliminateDeadCode(graph);  // the constants of the batch norms
  return changed;
}

}  // namespace

template <>
void run_on_method<row_of("fold_conv_batchnorm")>(PassContext& context) {
  run_fold(context, fold_batch_norms, {"aten::batch_norm"},
           {"aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution",
            "aten::conv_transpose1d", "aten::conv_transpose2d", "aten::conv_transpose3d"});
}

}  // namespace tsctl::passes
