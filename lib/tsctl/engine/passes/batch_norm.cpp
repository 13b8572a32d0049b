#include "tsctl/engine/passes/batch_norm.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// y = scale * x + shift for each channel, in float64.
struct Affine {
  at::Tensor scale = {};
  at::Tensor shift = {};
};

// Whether the weight has the output channels in its second dimension; nothing if that is not constant.
std::optional<bool> has_transposed_weight(const Node& layer) {
  if (std::string_view(layer.kind().toQualString()).starts_with("aten::conv_transpose"))
    return true;
  if (!is_any_of(layer, {"aten::_convolution"})) return false;
  return constant_bool(*layer.namedInput("transposed"));
}

std::optional<std::int64_t> groups_of(const Node& layer) {
  if (is_any_of(layer, {"aten::linear"})) return 1;
  return constant_int(*layer.namedInput("groups"));
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

bool fold(Node& batch_norm) {
  Node& layer = *batch_norm.input(0)->node();
  const auto transposed = has_transposed_weight(layer);
  const auto groups = groups_of(layer);
  const auto weight = constant_tensor(*layer.input(1));
  const auto bias = constant_tensor(*layer.input(2));
  if (!transposed || !groups || !weight || weight->dim() < 2 || !weight->is_floating_point() ||
      weight->is_sparse() || (!bias && !is_none(*layer.input(2)))) {
    return false;
  }
  const std::int64_t channels = *transposed ? weight->size(1) * *groups : weight->size(0);
  const auto affine = affine_of(batch_norm, channels);
  if (!affine) return false;
  const at::Tensor scale = affine->scale.to(weight->device());
  const at::Tensor shift = affine->shift.to(weight->device());
  const at::Tensor sum = bias ? bias->to(at::kDouble) * scale + shift : shift;
  const at::Tensor factors = for_weight(scale, *weight, *transposed, *groups);
  replace_constant(layer, 2, sum.to(weight->scalar_type()));
  replace_constant(layer, 1, (weight->to(at::kDouble) * factors).to(weight->scalar_type()));
  batch_norm.output()->replaceAllUsesWith(layer.output());
  batch_norm.destroy();
  return true;
}

}  // namespace

bool fold_batch_norms(torch::jit::Graph& graph, std::initializer_list<const char*> layers,
                      const std::function<bool(const Node& batch_norm)>& fits) {
  const at::NoGradGuard no_gradient;
  std::vector<Node*> batch_norms;
  for_each_node(graph, [&](Node& node) {
    if (!is_any_of(node, {"aten::batch_norm"}) || !is_any_of(*node.input(0)->node(), layers))
      return;
    if (!is_read_elsewhere(*node.input(0), node) && fits(node)) batch_norms.push_back(&node);
  });
  bool changed = false;
  for (Node* batch_norm : batch_norms) changed = fold(*batch_norm) || changed;
  return changed;
}

}  // namespace tsctl::passes
