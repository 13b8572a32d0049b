#include "tsctl/engine/passes/fold.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

namespace tsctl::passes {

namespace {

using torch::jit::Node;

// The node whose result this one might be folded into.
const Node* producer_of(const Node& node, std::initializer_list<const char*> into) {
  for (const torch::jit::Value* input : node.inputs()) {
    if (is_any_of(*input->node(), into)) return input->node();
  }
  return nullptr;
}

bool only_constants_after_the_first(const Node& node) {
  const auto inputs = node.inputs();
  return std::all_of(inputs.begin() + 1, inputs.end(), [](const torch::jit::Value* input) {
    return input->node()->kind() == c10::prim::Constant;
  });
}

bool is_transposed(const Node& convolution) {
  return is_any_of(convolution, {"aten::_convolution"}) &&
         torch::jit::constant_as<bool>(convolution.namedInput("transposed")).value_or(true);
}

// A fold does not say why it left a node. These are the conditions, in LibTorch's order.
std::string reason_left(const Node& node, const Node& producer) {
  const std::string into = op_name(producer);
  if (node.input(0)->node() != &producer)
    return "the result of " + into + " is not its first operand";
  const bool is_norm = is_any_of(node, {"aten::batch_norm"});
  if (!is_norm && is_transposed(producer)) return "the convolution is transposed";
  if (!only_constants_after_the_first(producer))
    return "the weights of " + into + " are not constants";
  if (!only_constants_after_the_first(node)) return "its other operands are not constants";
  if (is_norm && node.namedInput("running_mean")->type()->kind() == c10::TypeKind::NoneType) {
    return "it has no running statistics";
  }
  if (is_norm ? is_read_elsewhere(*producer.output(), node) : producer.output()->uses().size() > 1)
    return "something else reads the result of " + into;
  if (std::string_view(node.kind().toQualString()).ends_with('_')) return "it works in place";
  if (is_norm && is_any_of(producer, {"aten::linear"}))
    return "its input does not have two dimensions, or is not known";
  return "its constant has another dtype, or not one value for each output channel";
}

// Takes the aliases that hid places from LibTorch out again.
void remove_aliases(const std::vector<Node*>& aliases) {
  for (Node* alias : aliases) {
    alias->output()->replaceAllUsesWith(alias->input(0));
    alias->destroy();
  }
}

Node* hide_operand(Node& node) {
  Node* const alias =
      node.owningGraph()->create(c10::Symbol::fromQualString("aten::alias"), {node.input(0)});
  alias->insertBefore(&node);
  node.replaceInput(0, alias->output());
  return alias;
}

}  // namespace

bool is_read_elsewhere(const torch::jit::Value& result, const Node& batch_norm) {
  return std::ranges::any_of(result.uses(), [&batch_norm](const torch::jit::Use& use) {
    return use.user != &batch_norm && !is_any_of(*use.user, {"aten::dim", "aten::size"});
  });
}

void run_fold(PassContext& context, const GraphPass& fold,
              std::initializer_list<const char*> folded, std::initializer_list<const char*> into) {
  auto graph = context.graph();
  // By the number of the output: a graph never gives one out twice, while addresses of nodes return.
  std::map<std::size_t, std::string> foldable;
  std::map<const torch::jit::Value*, const Node*> producers;  // by the result of what is folded
  std::vector<Node*> left;                                    // that may not be rewritten
  for_each_node(*graph, [&](Node& node) {
    if (!is_any_of(node, folded)) return;
    const Node* producer = producer_of(node, into);
    // LibTorch folds a chain in one go: a sum, then a difference.
    if (const auto chained = producers.find(node.input(0)); chained != producers.end())
      producer = chained->second;
    if (producer == nullptr) return;
    if (!context.may_rewrite(node)) return left.push_back(&node);
    producers[node.output()] = producer;
    foldable[node.output()->unique()] =
        "folded " + op_name(node) + " into " + op_name(*producer) + " at " + context.place_of(node);
  });
  if (foldable.empty()) return;
  std::vector<Node*> aliases;
  for (Node* node : left) aliases.push_back(hide_operand(*node));
  if (fold(graph)) torch::jit::EliminateDeadCode(graph);  // the constants that were folded
  remove_aliases(aliases);
  for_each_node(*graph, [&](Node& node) {
    if (!is_any_of(node, folded) || foldable.erase(node.output()->unique()) == 0) return;
    if (const Node* producer = producer_of(node, into))
      context.skip(node, reason_left(node, *producer));
  });
  for (const auto& [output, change] : foldable) context.rewrote(change);
}

}  // namespace tsctl::passes
