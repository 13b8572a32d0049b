#include "tsctl/engine/passes/packing.h"

#include <c10/core/Device.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>

namespace tsctl::passes {

namespace {

using packed::Activation;
using torch::jit::Node;
using Sizes = std::vector<std::int64_t>;

std::int64_t elements_of(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Activation gelu_kind(const Node& node) {
  const auto form = torch::jit::constant_as<std::string>(node.input(1));
  if (!form) return Activation::none;
  return *form == "tanh" ? Activation::gelu_tanh : Activation::gelu;
}

Activation activation_kind(const Node& node) {
  if (is_any_of(node, {"aten::relu", "aten::relu_"})) return Activation::relu;
  if (is_any_of(node, {"aten::silu", "aten::silu_"})) return Activation::silu;
  if (is_any_of(node, {"aten::hardswish", "aten::hardswish_"})) return Activation::hardswish;
  if (is_any_of(node, {"aten::sigmoid", "aten::sigmoid_"})) return Activation::sigmoid;
  if (is_any_of(node, {"aten::tanh", "aten::tanh_"})) return Activation::tanh;
  if (is_any_of(node, {"aten::gelu"})) return gelu_kind(node);
  return Activation::none;
}

bool is_plain_float(const at::Tensor& tensor) {
  return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kFloat &&
         tensor.layout() == at::kStrided;
}

}  // namespace

bool is_read_by_one(const Node& node) { return node.output()->uses().size() == 1; }

FusedActivation activation_after(const Node& node) {
  if (!is_read_by_one(node)) return {};
  Node* const user = node.output()->uses()[0].user;
  if (user->owningBlock() != node.owningBlock()) return {};
  const Activation kind = activation_kind(*user);
  if (kind == Activation::none) return {};
  return {user, kind};
}

std::optional<LayerWeights> weights_of(const Node& layer, std::size_t weight_input,
                                       std::size_t bias_input, std::string& reason) {
  const auto weight = torch::jit::constant_as<at::Tensor>(layer.input(weight_input));
  const bool no_bias = layer.input(bias_input)->type()->kind() == c10::TypeKind::NoneType;
  std::optional<at::Tensor> bias;
  if (!no_bias) bias = torch::jit::constant_as<at::Tensor>(layer.input(bias_input));
  if (!weight || (!bias && !no_bias)) {
    reason = "its weights are not constants";
    return std::nullopt;
  }
  if (!is_plain_float(*weight) || (!no_bias && !is_plain_float(*bias))) {
    reason = "its weights are not float32 on the CPU";
    return std::nullopt;
  }
  LayerWeights found{.weight = *weight};
  if (!no_bias) found.bias = bias;
  return found;
}

std::vector<Sizes> observed_sizes(PassContext& context, const torch::jit::Value& value) {
  std::vector<Sizes> found;
  for (const c10::TensorTypePtr& type : context.observed_types().all_of(value)) {
    const auto sizes = type->sizes().concrete_sizes();
    if (!sizes || elements_of(*sizes) == 0) return {};
    if (type->scalarType() != at::kFloat || !type->device() || !type->device()->is_cpu()) return {};
    if (std::ranges::find(found, *sizes) == found.end()) found.push_back(*sizes);
  }
  std::ranges::stable_sort(found, [](const Sizes& left, const Sizes& right) {
    return elements_of(left) > elements_of(right);
  });
  return found;
}

bool runs(PassContext& context, const torch::jit::Node& layer) {
  return context.observed_types().of(*layer.output(0)) != nullptr;
}

std::string packed_name(const PassContext& context, const Node& layer, const char* kind) {
  constexpr std::string_view kPrefix = "packed_";
  std::string path = context.path_of(layer);
  if (path.empty()) return std::string(kPrefix) + kind;
  if (path.starts_with(kPrefix)) return path;  // of a file that was packed before
  std::ranges::replace(path, '.', '_');
  return std::string(kPrefix) + path;
}

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "";
    case Activation::relu:
      return "relu";
    case Activation::gelu:
    case Activation::gelu_tanh:
      return "gelu";
    case Activation::silu:
      return "silu";
    case Activation::hardswish:
      return "hardswish";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::tanh:
      return "tanh";
  }
  return "";
}

std::vector<std::string> kernel_names(const torch::jit::Module& layer) {
  std::vector<std::string> names;
  for (const std::int64_t number : layer.attr("kernels").toIntVector())
    names.emplace_back(packed::kernel_name(static_cast<packed::Kernel>(number)));
  return names;
}

}  // namespace tsctl::passes
