#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/frozen_concat_linear.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

std::vector<Node*> linear_layers(torch::jit::Graph& graph) {
  std::vector<Node*> layers;
  for_each_node(graph, [&layers](Node& node) {
    if (is_any_of(node, {"aten::linear"})) layers.push_back(&node);
  });
  return layers;
}

// The numbers of the outputs of linear layers that read the same value as another of their block.
std::set<std::size_t> layers_with_a_common_input(const std::vector<Node*>& layers) {
  std::map<std::pair<const void*, const void*>, std::vector<std::size_t>> groups;
  for (const Node* layer : layers)
    groups[{layer->owningBlock(), layer->input(0)}].push_back(layer->output()->unique());
  std::set<std::size_t> found;
  for (const auto& [key, outputs] : groups) {
    if (outputs.size() > 1) found.insert(outputs.begin(), outputs.end());
  }
  return found;
}

std::string reason_left(const Node& layer) {
  const auto weight = torch::jit::constant_as<at::Tensor>(layer.input(1));
  if (!weight) return "its weights are not constants";
  if (!weight->is_cuda()) return "its weights are not on a CUDA device";
  if (layer.input(2)->type()->kind() == c10::TypeKind::NoneType) return "it has no bias";
  return "its dtype or its number of inputs differs from the others', or it cannot be moved";
}

}  // namespace

template <>
void run_on_method<row_of("concat_linear")>(PassContext& context) {
  auto graph = context.graph();
  const std::vector<Node*> before = linear_layers(*graph);
  const auto before_count = before.size();
  const std::set<std::size_t> candidates = layers_with_a_common_input(before);
  if (candidates.empty() || !context.may_rewrite()) return;
  torch::jit::FrozenConcatLinear(graph);
  const std::vector<Node*> after = linear_layers(*graph);
  std::size_t left = 0;
  for (const Node* layer : after) {
    if (candidates.count(layer->output()->unique()) == 0) continue;
    context.skip(*layer, reason_left(*layer));
    ++left;
  }
  if (left == candidates.size()) return;
  context.rewrote("joined " + std::to_string(before_count) + " linear layers into " +
                      std::to_string(after.size()),
                  static_cast<std::int64_t>(candidates.size() - left));
}

}  // namespace tsctl::passes
