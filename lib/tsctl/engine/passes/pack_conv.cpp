#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>

#include "tsctl/engine/passes/channels_last.h"
#include "tsctl/engine/passes/packing.h"

namespace tsctl::passes {

namespace {

using packed::ConvSettings;
using torch::jit::AliasDb;
using torch::jit::Node;
using torch::jit::Value;

// Below this many multiplications the plain operator wins: a packed one costs 30 us a call (docs/optimizer.md).
constexpr std::int64_t kLeastConvProducts = 200'000;

// A convolution with what is fused into it.
struct ConvLayer {
  Node* conv = nullptr;
  ConvSettings settings = {};
  Node* add = nullptr;            // adds another value to the result
  std::size_t other = 0;          // which input of `add` that is
  bool overwrites_other = false;  // nothing reads it later
  Node* activation = nullptr;

  Node* last() const {
    if (activation != nullptr) return activation;
    return add != nullptr ? add : conv;
  }
};

bool is_conv(const Node& node) {
  return is_any_of(node, {"aten::conv2d", "aten::conv_transpose2d", "aten::_convolution"});
}

// Whether the convolution is transposed; nothing if that is not constant.
std::optional<bool> is_transposed(const Node& conv) {
  if (!is_any_of(conv, {"aten::_convolution"})) return is_any_of(conv, {"aten::conv_transpose2d"});
  return torch::jit::constant_as<bool>(conv.namedInput("transposed"));
}

// The numbers of a list of two that is constant; else none.
std::vector<std::int64_t> pair_of(const Value* value) {
  std::vector<std::int64_t> numbers;
  if (const auto constant = torch::jit::toIValue(value)) {
    if (constant->isIntList()) numbers = constant->toIntVector();  // it may be a word
  } else if (value->node()->kind() == c10::prim::ListConstruct) {
    for (const Value* element : value->node()->inputs()) {
      const auto number = torch::jit::constant_as<std::int64_t>(element);
      if (!number) return {};
      numbers.push_back(*number);
    }
  }
  if (numbers.size() == 1) numbers.push_back(numbers.front());
  if (numbers.size() != 2) numbers.clear();
  return numbers;
}

std::int64_t products_of(const ConvSettings& settings) {
  const auto& size = settings.sizes.front();
  std::int64_t places = size[0];
  if (settings.is_transposed) return places * size[2] * size[3] * settings.weight.numel();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t kernel = settings.weight.sizes()[2 + i];
    const std::int64_t reach = settings.dilation[i] * (kernel - 1) + 1;
    places *= (size[2 + i] + 2 * settings.padding[i] - reach) / settings.stride[i] + 1;
  }
  return places * settings.weight.numel();
}

// Reads the numbers that the convolution is called with. Else `reason` says why not.
std::optional<ConvSettings> constants_of(const Node& conv, std::string& reason) {
  const auto weights = weights_of(conv, 1, 2, reason);
  if (!weights) return std::nullopt;
  reason = "it is not a convolution of images";
  if (weights->weight.dim() != 4) return std::nullopt;
  reason = "its settings are not constants, or its padding is a string";
  const auto transposed = is_transposed(conv);
  const auto groups = torch::jit::constant_as<std::int64_t>(conv.namedInput("groups"));
  if (!transposed || !groups) return std::nullopt;
  ConvSettings settings{.is_transposed = *transposed,
                        .weight = weights->weight,
                        .bias = weights->bias,
                        .stride = pair_of(conv.namedInput("stride")),
                        .padding = pair_of(conv.namedInput("padding")),
                        .dilation = pair_of(conv.namedInput("dilation")),
                        .groups = *groups};
  if (*transposed) settings.output_padding = pair_of(conv.namedInput("output_padding"));
  if (settings.stride.empty() || settings.padding.empty() || settings.dilation.empty() ||
      (*transposed && settings.output_padding.empty())) {
    return std::nullopt;
  }
  return settings;
}

// What oneDNN does not compute, or LibTorch does not hand to it.
std::string reason_by_form(const ConvSettings& settings) {
  if (!settings.is_transposed) return {};
  const bool is_depthwise = settings.groups > 1 && settings.groups == settings.weight.size(0);
  if (is_depthwise) return "it is transposed and depthwise";
  for (std::size_t i = 0; i < 2; ++i) {
    if (settings.output_padding[i] >= settings.stride[i])
      return "it is transposed and its output padding is not smaller than its stride";
  }
  return {};
}

// The settings of a convolution that can be packed. Else `reason` says why not.
std::optional<ConvSettings> settings_of(PassContext& context, const Node& conv,
                                        std::string& reason) {
  auto settings = constants_of(conv, reason);
  if (!settings) return std::nullopt;
  reason = reason_by_form(*settings);
  if (!reason.empty()) return std::nullopt;
  reason = "it is in a forked subgraph";
  if (conv.owningGraph() != context.graph().get()) return std::nullopt;
  settings->sizes = observed_sizes(context, *conv.input(0));
  reason = kNeverRuns;
  if (!settings->sizes.empty() && !runs(context, conv)) return std::nullopt;
  reason = kUnknownSizes;
  // Those of calls in which another branch was taken.
  const std::int64_t channels = settings->is_transposed
                                    ? settings->weight.size(0)
                                    : settings->weight.size(1) * settings->groups;
  std::erase_if(settings->sizes, [&](const std::vector<std::int64_t>& size) {
    return size.size() == 4 && size[1] != channels;
  });
  const bool are_images = std::ranges::all_of(
      settings->sizes, [](const std::vector<std::int64_t>& size) { return size.size() == 4; });
  if (settings->sizes.empty() || !are_images) return std::nullopt;
  reason = "it is too small to become faster";
  if (products_of(*settings) < kLeastConvProducts) return std::nullopt;
  return settings;
}

// Whether the node gives a tensor of its own, which a convolution may overwrite once nothing else reads it.
bool gives_own_tensor(const Node& node) {
  if (is_any_of(node, {"aten::relu_", "aten::hardswish_", "aten::silu_", "aten::hardtanh_",
                       "aten::add_"})) {
    return gives_own_tensor(*node.input(0)->node());
  }
  return is_conv(node) ||
         is_any_of(node, {"aten::relu", "aten::hardswish", "aten::silu", "aten::hardtanh",
                          "aten::add", "aten::mul", "aten::batch_norm"});
}

// Whether the convolution may write its sum into `other`: it does not read it itself, and nothing reads it or a view of
// it later, not even out of a list.
bool may_overwrite_other(const AliasDb& aliases, const ConvLayer& layer) {
  Node& add = *layer.add;
  Value* const other = add.input(layer.other);
  torch::jit::Graph& graph = *add.owningGraph();
  if (add.owningBlock() != graph.block() || !gives_own_tensor(*other->node())) return false;
  const auto holds_other = [&](Value* value) {
    return value != add.output() && aliases.mayContainAlias(value, other);
  };
  bool is_read = holds_other(layer.conv->input(0));
  for_each_node(graph, [&](Node& node) {
    if (node.owningGraph() != &graph || !node.isAfter(&add)) return;
    is_read = is_read || std::ranges::any_of(node.inputs(), holds_other);
  });
  return !is_read && std::ranges::none_of(graph.outputs(), holds_other);
}

bool have_same_sizes(PassContext& context, const Value& left, const Value& right) {
  const auto sizes = observed_sizes(context, left);
  return !sizes.empty() && sizes == observed_sizes(context, right);
}

// Fuses the addition that reads the layer's result, if the convolution can wait for the other operand.
void fuse_add(PassContext& context, AliasDb& aliases, ConvLayer& layer) {
  if (layer.settings.is_transposed || !is_read_by_one(*layer.conv)) return;
  const torch::jit::Use use = layer.conv->output()->uses()[0];
  Node* const add = use.user;
  const bool in_place = is_any_of(*add, {"aten::add_"});
  if (!in_place && !is_any_of(*add, {"aten::add"})) return;
  if (use.offset > 1 || (in_place && use.offset != 0) || add->inputs().size() != 3) return;
  Value* const other = add->input(1 - use.offset);
  const auto alpha = torch::jit::toIValue(add->input(2));
  if (!alpha || !alpha->isInt() || alpha->toInt() != 1 || other == layer.conv->output()) return;
  if (!other->type()->isSubtypeOf(*c10::TensorType::get())) return;
  if (!have_same_sizes(context, *other, *layer.conv->output())) return;
  if (add->owningBlock() != layer.conv->owningBlock()) return;
  if (!aliases.moveBeforeTopologicallyValid(layer.conv, add)) return;
  layer.add = add;
  layer.other = 1 - use.offset;
  layer.settings.adds_in_place = in_place;
}

void fuse_activation(ConvLayer& layer) {
  const FusedActivation found = activation_after(layer.add != nullptr ? *layer.add : *layer.conv);
  // oneDNN adds after it applies the activation.
  if (found.node == nullptr || (layer.add != nullptr && found.kind != packed::Activation::relu)) {
    return;
  }
  layer.activation = found.node;
  layer.settings.activation = found.kind;
}

std::string operation_of(const ConvLayer& layer) {
  std::string text = layer.settings.is_transposed ? "conv_transpose2d" : "conv2d";
  if (layer.add != nullptr) text += " + add";
  if (layer.activation != nullptr)
    text += fmt::format(" + {}", activation_name(layer.settings.activation));
  return text;
}

// Puts the packed layer in the place of its nodes, and returns its result.
Value* pack(PassContext& context, const ConvLayer& layer) {
  const std::string place = context.place_of(*layer.conv);
  const torch::jit::Module submodule = context.layers().conv(layer.settings);
  const auto& settings = layer.settings;
  context.packed({.method = context.method(),
                  .place = place,
                  .operation = operation_of(layer),
                  .sizes = fmt::format("{}, {}", fmt::join(settings.sizes.front(), "x"),
                                       fmt::join(settings.weight.sizes(), "x")),
                  .kernels = kernel_names(submodule),
                  .kernel = packed::kernel_name(packed::kernel_of(submodule))});
  Node* const last = layer.last();
  std::vector<Value*> arguments{layer.conv->input(0)};
  const char* method = "forward";
  if (layer.add != nullptr) {
    arguments.push_back(layer.add->input(layer.other));
    method = layer.overwrites_other ? "add_into" : "add";
  }
  const std::string name =
      context.add_submodule(packed_name(context, *layer.conv, "conv"), submodule);
  Value* const result =
      context.insert_call(layer.add != nullptr ? layer.add : layer.conv, name, method, arguments);
  last->output()->replaceAllUsesWith(result);
  for (Node* node : {layer.activation, layer.add, layer.conv}) {
    if (node != nullptr) node->destroy();
  }
  context.rewrote(fmt::format("packed {} at {}", operation_of(layer), place));
  return result;
}

std::vector<ConvLayer> find_conv_layers(PassContext& context) {
  std::vector<ConvLayer> layers;
  std::vector<Node*> convs;
  for_each_node(*context.graph(), [&convs](Node& node) {
    if (is_conv(node)) convs.push_back(&node);
  });
  for (Node* conv : convs) {
    std::string reason;
    if (auto settings = settings_of(context, *conv, reason)) {
      if (!context.may_rewrite(*conv)) continue;
      layers.push_back({.conv = conv, .settings = std::move(*settings)});
    } else {
      context.skip(*conv, reason);
    }
  }
  return layers;
}

}  // namespace

template <>
void run_on_method<row_of("pack_conv")>(PassContext& context) {
  std::vector<ConvLayer> layers = find_conv_layers(context);
  if (layers.empty()) return;
  {
    AliasDb aliases(context.graph());
    for (ConvLayer& layer : layers) {
      const bool is_taken = std::ranges::any_of(layers, [&](const ConvLayer& earlier) {
        return earlier.add != nullptr && layer.conv->output()->uses().size() == 1 &&
               earlier.add == layer.conv->output()->uses()[0].user;
      });
      if (!is_taken) fuse_add(context, aliases, layer);
    }
    // Only now, as a convolution that moved to its addition reads its input later than before.
    for (ConvLayer& layer : layers)
      layer.overwrites_other = layer.add != nullptr && may_overwrite_other(aliases, layer);
  }
  std::vector<Value*> results;
  for (ConvLayer& layer : layers) {
    fuse_activation(layer);
    results.push_back(pack(context, layer));
  }
  confine_channels_last(context.graph(), results);
  torch::jit::EliminateDeadCode(context.graph());
}

}  // namespace tsctl::passes
