#include "tsctl/engine/passes/recurrent.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

namespace tsctl::passes {

namespace {

using packed::RecurrentSettings;
using torch::jit::Node;
using torch::jit::Value;

// OP(input, state, weights, has_biases, num_layers, dropout, train, bidirectional, batch_first). The form for packed
// sequences has other inputs.
bool is_recurrent(const Node& node, const char* op) {
  return is_any_of(node, {op}) && node.inputs().size() == 9 &&
         node.input(3)->type()->kind() == c10::TypeKind::BoolType;
}

std::vector<at::Tensor> constant_tensors(const Value& list) {
  std::vector<at::Tensor> tensors;
  if (list.node()->kind() == c10::prim::Constant) {
    const auto value = torch::jit::toIValue(&list);
    if (value && value->isTensorList()) return value->toTensorVector();
    return {};
  }
  if (list.node()->kind() != c10::prim::ListConstruct) return {};
  for (const Value* element : list.node()->inputs()) {
    const auto tensor = torch::jit::constant_as<at::Tensor>(element);
    if (!tensor) return {};
    tensors.push_back(*tensor);
  }
  return tensors;
}

// The settings of a layer that can be packed. Else `reason` says why not.
std::optional<RecurrentSettings> settings_of(PassContext& context, const Node& layer,
                                             std::string& reason) {
  RecurrentSettings settings{.weights = constant_tensors(*layer.input(2))};
  reason = "its weights are not constants";
  if (settings.weights.empty()) return std::nullopt;
  reason = "its weights are not float32 on the CPU";
  const bool are_float = std::ranges::all_of(settings.weights, [](const at::Tensor& weight) {
    return weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.layout() == at::kStrided;
  });
  if (!are_float) return std::nullopt;
  reason = "its settings are not constants";
  const auto has_biases = torch::jit::constant_as<bool>(layer.input(3));
  const auto layers = torch::jit::constant_as<std::int64_t>(layer.input(4));
  const auto train = torch::jit::constant_as<bool>(layer.input(6));
  const auto bidirectional = torch::jit::constant_as<bool>(layer.input(7));
  const auto batch_first = torch::jit::constant_as<bool>(layer.input(8));
  if (!has_biases || !layers || !train || !bidirectional || !batch_first) return std::nullopt;
  reason = "it is in training mode, has no biases, or has a projection";
  const std::size_t parts = static_cast<std::size_t>(*layers) * (*bidirectional ? 2 : 1);
  if (*train || !*has_biases || settings.weights.size() != parts * 4) return std::nullopt;
  reason = "its state is not a list of two tensors";
  const Node& state = *layer.input(1)->node();
  const bool is_pair = state.kind() == c10::prim::ListConstruct && state.inputs().size() == 2;
  if (is_any_of(layer, {"aten::lstm"}) && !is_pair) return std::nullopt;
  reason = "it is in a forked subgraph";
  if (layer.owningGraph() != context.graph().get()) return std::nullopt;
  settings.layers = *layers;
  settings.bidirectional = *bidirectional;
  settings.batch_first = *batch_first;
  settings.sizes = observed_sizes(context, *layer.input(0));
  reason = kNeverRuns;
  if (!settings.sizes.empty() && !runs(context, layer)) return std::nullopt;
  // Those of calls in which another branch was taken.
  std::erase_if(settings.sizes, [&](const std::vector<std::int64_t>& size) {
    return size.size() == 3 && size[2] != settings.weights[0].size(1);
  });
  reason = kUnknownSizes;
  const bool are_batches = std::ranges::all_of(
      settings.sizes, [](const std::vector<std::int64_t>& size) { return size.size() == 3; });
  if (settings.sizes.empty() || !are_batches) return std::nullopt;
  return settings;
}

}  // namespace

std::vector<Recurrent> find_recurrent(PassContext& context, const char* op) {
  std::vector<Recurrent> layers;
  for_each_node(*context.graph(), [&](Node& node) {
    if (!is_recurrent(node, op)) return;
    std::string reason;
    if (auto settings = settings_of(context, node, reason)) {
      if (context.may_rewrite(node)) layers.push_back({&node, std::move(*settings)});
    } else {
      context.skip(node, reason);
    }
  });
  return layers;
}

void replace_recurrent(PassContext& context, Node* node, const RecurrentSettings& settings,
                       const char* kind, const torch::jit::Module& submodule,
                       const std::vector<Value*>& arguments) {
  const std::string place = context.place_of(*node);
  context.packed({.method = context.method(),
                  .place = place,
                  .operation = kind,
                  .sizes = fmt::format("{}, {}", fmt::join(settings.sizes.front(), "x"),
                                       fmt::join(settings.weights[0].sizes(), "x")),
                  .kernels = kernel_names(submodule),
                  .kernel = packed::kernel_name(packed::kernel_of(submodule))});
  const std::string name = context.add_submodule(packed_name(context, *node, kind), submodule);
  Value* const result = context.insert_call(node, name, "forward", arguments);
  Node* const unpack = context.graph()->createTupleUnpack(result);
  unpack->insertBefore(node);
  for (std::size_t i = 0; i < node->outputs().size(); ++i)
    node->output(i)->replaceAllUsesWith(unpack->output(i));
  node->destroy();
  context.rewrote(fmt::format("packed {} at {}", kind, place));
}

}  // namespace tsctl::passes
