#include <fmt/format.h>

#include <utility>

#include "tsctl/engine/passes/packing.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

// Below this many multiplications a packed layer costs as much in checks of its input as it gains (a call of the plain
// operator takes 5 us, the checks 1 us; docs/optimizer.md).
constexpr std::int64_t kLeastLinearProducts = 1'000'000;

// The numbers of rows that the layer multiplied: what the leading sizes of its input multiply to.
std::vector<std::int64_t> observed_rows(PassContext& context, const Node& layer,
                                        std::int64_t inputs) {
  std::vector<std::int64_t> rows;
  for (const auto& sizes : observed_sizes(context, *layer.input(0))) {
    std::int64_t count = 1;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) count *= sizes[i];
    // A call in which another branch was taken may have other columns.
    if (!sizes.empty() && sizes.back() == inputs) rows.push_back(count);
  }
  return rows;
}

struct LinearLayer {
  Node* node = nullptr;
  packed::LinearSettings settings = {};
};

// The layers that can be packed. The others are noted with the reason.
std::vector<LinearLayer> find_linear_layers(PassContext& context) {
  std::vector<LinearLayer> layers;
  for_each_node(*context.graph(), [&](Node& node) {
    if (!is_any_of(node, {"aten::linear"})) return;
    std::string reason;
    const auto weights = weights_of(node, 1, 2, reason);
    if (!weights) return context.skip(node, reason);
    if (weights->weight.dim() != 2) return context.skip(node, "its weight is not a matrix");
    if (node.owningGraph() != context.graph().get())
      return context.skip(node, "it is in a forked subgraph");
    auto rows = observed_rows(context, node, weights->weight.size(1));
    if (rows.empty()) return context.skip(node, kUnknownSizes);
    if (!runs(context, node)) return context.skip(node, kNeverRuns);
    if (rows.front() * weights->weight.numel() < kLeastLinearProducts)
      return context.skip(node, "it is too small to become faster");
    if (!context.may_rewrite(node)) return;
    layers.push_back(
        {&node, {.weight = weights->weight, .bias = weights->bias, .rows = std::move(rows)}});
  });
  return layers;
}

void pack(PassContext& context, LinearLayer& layer) {
  const FusedActivation activation = activation_after(*layer.node);
  layer.settings.activation = activation.kind;
  const std::string place = context.place_of(*layer.node);
  const torch::jit::Module submodule = context.layers().linear(layer.settings);
  const std::string operation = activation.node == nullptr
                                    ? "linear"
                                    : fmt::format("linear + {}", activation_name(activation.kind));
  const at::Tensor& weight = layer.settings.weight;
  context.packed({.method = context.method(),
                  .place = place,
                  .operation = operation,
                  .sizes = fmt::format("{}x{}, {}x{}", layer.settings.rows.front(), weight.size(1),
                                       weight.size(0), weight.size(1)),
                  .kernels = kernel_names(submodule),
                  .kernel = packed::kernel_name(packed::kernel_of(submodule))});
  if (activation.node != nullptr) {
    activation.node->output()->replaceAllUsesWith(layer.node->output());
    activation.node->destroy();
  }
  const std::string name =
      context.add_submodule(packed_name(context, *layer.node, "linear"), submodule);
  context.replace_by_call(layer.node, name, "forward", {layer.node->input(0)});
  context.rewrote(fmt::format("packed {} at {}", operation, place));
}

}  // namespace

template <>
void run_on_method<row_of("pack_linear")>(PassContext& context) {
  for (LinearLayer& layer : find_linear_layers(context)) pack(context, layer);
}

}  // namespace tsctl::passes
