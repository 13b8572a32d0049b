#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/passes/build.h"
#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/fold.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;
using Ints = std::vector<std::int64_t>;

bool is_pad(const Node& node) { return is_any_of(node, {"aten::pad", "aten::constant_pad_nd"}); }

bool is_convolution(const Node& node) { return is_any_of(node, kConvolutions); }

// Whether the pad fills in zeros.
bool pads_zeros(const Node& pad) {
  const bool has_mode = is_any_of(pad, {"aten::pad"});
  if (has_mode) {
    const auto mode = torch::jit::toIValue(pad.input(2));
    if (!mode || !mode->isString() || mode->toStringRef() != "constant") return false;
  }
  const Value& value = *pad.input(has_mode ? 3 : 2);
  return is_none(value) || constant_number(value) == 0.0;
}

// The padding of the spatial dimensions, first one first, if both ends are padded alike and not cut.
std::optional<Ints> symmetric_padding(const Node& pad, std::size_t spatial) {
  const auto sizes = constant_ints(*pad.input(1));
  if (!sizes || sizes->size() % 2 != 0) return std::nullopt;
  Ints padding(spatial, 0);
  for (std::size_t i = 0; 2 * i < sizes->size(); ++i) {
    const std::int64_t before = sizes->at(2 * i);
    if (before != sizes->at(2 * i + 1) || before < 0) return std::nullopt;
    if (i >= spatial && before != 0) return std::nullopt;
    if (i < spatial) padding[spatial - 1 - i] = before;
  }
  return padding;
}

// Of every kind of convolution: (input, weight, bias, stride, padding, …).
constexpr std::size_t kPadding = 4;

std::string reason_left(const Node& pad, const Node& convolution,
                        const torch::jit::AliasDb& aliases) {
  if (!pads_zeros(pad)) return "it does not pad with zeros";
  if (pad.output()->uses().size() > 1) return "something else reads the padded tensor";
  if (pad.owningBlock() != convolution.owningBlock())
    return "it runs in another branch or loop than the convolution";
  if (aliases.hasWriters(pad.input(0))) return "something changes its input in place";
  const auto own = constant_ints(*convolution.input(kPadding));
  const auto weight = constant_tensor(*convolution.input(1));
  if (!own || !weight) return "the weights or the padding of the convolution are not constants";
  if (is_any_of(convolution, {"aten::_convolution"}) &&
      constant_bool(*convolution.namedInput("transposed")) != false) {
    return "the convolution is transposed";
  }
  const auto spatial = static_cast<std::size_t>(weight->dim()) - 2;
  if (!symmetric_padding(pad, spatial))
    return "it does not pad both ends of the spatial dimensions equally";
  return {};
}

void fold(Node& pad, Node& convolution) {
  const auto own = constant_ints(*convolution.input(kPadding)).value();
  const auto spatial = static_cast<std::size_t>(constant_tensor(*convolution.input(1))->dim()) - 2;
  Ints padding = symmetric_padding(pad, spatial).value();
  for (std::size_t i = 0; i < spatial; ++i) padding[i] += own[own.size() == 1 ? 0 : i];
  convolution.replaceInput(kPadding, Builder(convolution).constant(padding));
  convolution.replaceInput(0, pad.input(0));
  pad.destroy();
}

}  // namespace

template <>
void run_on_method<row_of("fold_pad_conv")>(PassContext& context) {
  const auto graph = context.graph();
  std::optional<torch::jit::AliasDb> aliases;
  std::vector<Node*> convolutions;
  for_each_node(*graph, [&](Node& node) {
    if (!is_convolution(node) || !is_pad(*node.input(0)->node())) return;
    if (!aliases) aliases.emplace(graph);
    const Node& pad = *node.input(0)->node();
    if (const std::string reason = reason_left(pad, node, *aliases); !reason.empty()) {
      context.skip(pad, reason);
    } else {
      convolutions.push_back(&node);
    }
  });
  for (Node* convolution : convolutions) {
    Node& pad = *convolution->input(0)->node();
    if (!context.may_rewrite(*convolution)) continue;
    context.rewrote("folded " + op_name(pad) + " into " + op_name(*convolution) + " at " +
                    context.place_of(*convolution));
    fold(pad, *convolution);
  }
}

}  // namespace tsctl::passes
