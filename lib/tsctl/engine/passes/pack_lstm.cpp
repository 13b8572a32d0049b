#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>

#include "tsctl/engine/passes/packing.h"

namespace tsctl::passes {

namespace {

using packed::LstmSettings;
using torch::jit::Node;
using torch::jit::Value;

// aten::lstm(input, [h, c], weights, has_biases, num_layers, dropout, train, bidirectional, batch_first). The form for
// packed sequences has other inputs.
bool is_lstm(const Node& node) {
  return is_any_of(node, {"aten::lstm"}) && node.inputs().size() == 9 &&
         node.input(8)->type()->kind() == c10::TypeKind::BoolType;
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

// The settings of an LSTM that can be packed. Else `reason` says why not.
std::optional<LstmSettings> settings_of(PassContext& context, const Node& lstm,
                                        std::string& reason) {
  LstmSettings settings{.weights = constant_tensors(*lstm.input(2))};
  reason = "its weights are not constants";
  if (settings.weights.empty()) return std::nullopt;
  reason = "its weights are not float32 on the CPU";
  const bool are_float = std::ranges::all_of(settings.weights, [](const at::Tensor& weight) {
    return weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.layout() == at::kStrided;
  });
  if (!are_float) return std::nullopt;
  reason = "its settings are not constants";
  const auto has_biases = torch::jit::constant_as<bool>(lstm.input(3));
  const auto layers = torch::jit::constant_as<std::int64_t>(lstm.input(4));
  const auto train = torch::jit::constant_as<bool>(lstm.input(6));
  const auto bidirectional = torch::jit::constant_as<bool>(lstm.input(7));
  const auto batch_first = torch::jit::constant_as<bool>(lstm.input(8));
  if (!has_biases || !layers || !train || !bidirectional || !batch_first) return std::nullopt;
  reason = "it is in training mode, has no biases, or has a projection";
  const std::size_t parts = static_cast<std::size_t>(*layers) * (*bidirectional ? 2 : 1);
  if (*train || !*has_biases || settings.weights.size() != parts * 4) return std::nullopt;
  reason = "it is in a forked subgraph, or its state is not a list of two tensors";
  if (lstm.owningGraph() != context.graph().get() ||
      lstm.input(1)->node()->kind() != c10::prim::ListConstruct ||
      lstm.input(1)->node()->inputs().size() != 2) {
    return std::nullopt;
  }
  settings.layers = *layers;
  settings.bidirectional = *bidirectional;
  settings.batch_first = *batch_first;
  settings.sizes = observed_sizes(context, *lstm.input(0));
  reason = kNeverRuns;
  if (!settings.sizes.empty() && !runs(context, lstm)) return std::nullopt;
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

void pack(PassContext& context, Node* lstm, const LstmSettings& settings) {
  const std::string place = context.place_of(*lstm);
  const torch::jit::Module submodule = context.layers().lstm(settings);
  context.packed({.method = context.method(),
                  .place = place,
                  .operation = "lstm",
                  .sizes = fmt::format("{}, {}", fmt::join(settings.sizes.front(), "x"),
                                       fmt::join(settings.weights[0].sizes(), "x")),
                  .kernels = kernel_names(submodule),
                  .kernel = packed::kernel_name(packed::kernel_of(submodule))});
  const Node* const state = lstm->input(1)->node();
  const std::string name = context.add_submodule(packed_name(context, *lstm, "lstm"), submodule);
  Value* const result = context.insert_call(lstm, name, "forward",
                                            {lstm->input(0), state->input(0), state->input(1)});
  Node* const unpack = context.graph()->createTupleUnpack(result);
  unpack->insertBefore(lstm);
  for (std::size_t i = 0; i < 3; ++i) lstm->output(i)->replaceAllUsesWith(unpack->output(i));
  lstm->destroy();
  context.rewrote(fmt::format("packed lstm at {}", place));
}

}  // namespace

template <>
void run_on_method<row_of("pack_lstm")>(PassContext& context) {
  std::vector<std::pair<Node*, LstmSettings>> layers;
  for_each_node(*context.graph(), [&](Node& node) {
    if (!is_lstm(node)) return;
    std::string reason;
    if (auto settings = settings_of(context, node, reason)) {
      if (!context.may_rewrite(node)) return;
      layers.emplace_back(&node, std::move(*settings));
    } else {
      context.skip(node, reason);
    }
  });
  for (const auto& [node, settings] : layers) pack(context, node, settings);
  if (!layers.empty()) torch::jit::EliminateDeadCode(context.graph());
}

}  // namespace tsctl::passes
