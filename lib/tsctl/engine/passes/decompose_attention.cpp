#include <array>
#include <string>
#include <vector>

#include "tsctl/engine/passes/build.h"
#include "tsctl/engine/passes/constants.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;
using Ints = std::vector<std::int64_t>;

constexpr const char* kAttention = "aten::_native_multi_head_attention";
constexpr const char* kEncoderLayer = "aten::_transformer_encoder_layer_fwd";

bool is_attention(const Node& node) { return is_any_of(node, {kAttention}); }

// Numbers and flags of the two operators that decide what is built.
bool has_constant_settings(const Node& node) {
  const auto is_constant = [&node](const char* name) {
    return node.namedInput(name)->node()->kind() == c10::prim::Constant;
  };
  if (is_attention(node)) return is_constant("num_head");
  return is_constant("num_heads") && is_constant("use_gelu") && is_constant("norm_first");
}

bool reads_nested(torch::jit::Graph& graph) {
  bool found = false;
  for_each_node(graph, [&found](Node& node) {
    found = found || std::string(node.kind().toQualString()).find("nested") != std::string::npos;
  });
  return found;
}

// A nested tensor has no sizes of its own.
bool may_be_nested(PassContext& context, const Value& input) {
  const auto type = context.observed_types().of(input);
  if (type == nullptr) return reads_nested(*context.graph());
  return !type->dim().has_value();
}

// Why the node stays, or nothing.
std::string reason_left(PassContext& context, const Node& node) {
  if (!is_none(*node.namedInput("mask"))) return "it has a mask";
  if (is_attention(node)) {
    if (node.output(1)->hasUses()) return "something reads its attention weights";
    if (node.input(0) != node.input(1) || node.input(0) != node.input(2))
      return "query, key and value are not the same value";
  }
  if (!has_constant_settings(node)) return "its settings are known only when the model runs";
  const auto weight = constant_tensor(*node.namedInput("qkv_weight"));
  if (!weight) return "its weights are not constants";
  if (!weight->is_cpu()) return "it is fused on the device of its weights";
  if (may_be_nested(context, *node.input(0))) return "its input may be a nested tensor";
  return {};
}

// The operator adds its biases and scales the query after one matrix product for query, key and value; so do these.
Value* attention(const Builder& build, const Node& node, const char* heads_name, Value* input) {
  const std::int64_t heads = constant_int(*node.namedInput(heads_name)).value();
  Value* const weight = node.namedInput("qkv_weight");
  const std::int64_t width = constant_tensor(*weight)->size(1) / heads;
  Value* const projected =
      build.op("aten::linear", {input, weight, node.namedInput("qkv_bias")});  // B, S, 3 * H * W
  Value* const split = build.op("aten::unflatten", {projected, -1, Ints{3, heads, width}});
  Value* const by_head = build.op("aten::permute", {split, Ints{2, 0, 3, 1, 4}});
  const auto parts = build.unpacked(build.op("aten::unbind", {by_head, 0}), 3);
  Value* const attended =
      build.op("aten::scaled_dot_product_attention", {parts[0], parts[1], parts[2]});
  Value* const by_place = build.op("aten::transpose", {attended, 1, 2});
  Value* const joined = build.op("aten::flatten", {by_place, 2, 3});
  return build.op("aten::linear",
                  {joined, node.namedInput("proj_weight"), node.namedInput("proj_bias")});
}

Value* normalized(const Builder& build, const Node& node, Value* input, const std::string& which) {
  Value* const weight = node.namedInput("norm_weight_" + which);
  const std::int64_t width = constant_tensor(*node.namedInput("qkv_weight"))->size(1);
  return build.op(
      "aten::layer_norm",
      {input, Ints{width}, weight, node.namedInput("norm_bias_" + which), node.namedInput("eps")});
}

Value* feed_forward(const Builder& build, const Node& node, Value* input) {
  Value* const wide = build.op(
      "aten::linear", {input, node.namedInput("ffn_weight_1"), node.namedInput("ffn_bias_1")});
  // On a CPU the operator's gelu is the exact one.
  Value* const active = constant_bool(*node.namedInput("use_gelu")).value()
                            ? build.op("aten::gelu", {wide})
                            : build.op("aten::relu", {wide});
  return build.op("aten::linear",
                  {active, node.namedInput("ffn_weight_2"), node.namedInput("ffn_bias_2")});
}

Value* encoder_layer(const Builder& build, const Node& node) {
  const auto norm = [&](Value* value, const char* which) {
    return normalized(build, node, value, which);
  };
  const auto sum = [&](Value* value, Value* residual) {
    return build.op("aten::add", {value, residual});
  };
  Value* const input = node.input(0);
  if (constant_bool(*node.namedInput("norm_first")).value()) {
    Value* const middle = sum(attention(build, node, "num_heads", norm(input, "1")), input);
    return sum(feed_forward(build, node, norm(middle, "2")), middle);
  }
  Value* const middle = norm(sum(attention(build, node, "num_heads", input), input), "1");
  return norm(sum(feed_forward(build, node, middle), middle), "2");
}

}  // namespace

template <>
void run_on_method<row_of("decompose_attention")>(PassContext& context) {
  std::vector<Node*> found;
  for_each_node(*context.graph(), [&](Node& node) {
    if (!is_any_of(node, {kAttention, kEncoderLayer})) return;
    if (const std::string reason = reason_left(context, node); !reason.empty()) {
      context.skip(node, reason);
    } else {
      found.push_back(&node);
    }
  });
  for (Node* node : found) {
    if (!context.may_rewrite(*node)) continue;
    const Builder build(*node);
    Value* const result = is_attention(*node) ? attention(build, *node, "num_head", node->input(0))
                                              : encoder_layer(build, *node);
    context.rewrote("decomposed " + op_name(*node) + " at " + context.place_of(*node));
    node->output(0)->replaceAllUsesWith(result);
    node->destroy();
  }
}

}  // namespace tsctl::passes
