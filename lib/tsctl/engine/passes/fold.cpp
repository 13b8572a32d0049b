#include "tsctl/engine/passes/fold.h"

#include <cstddef>
#include <map>
#include <set>

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

}  // namespace

void run_fold(PassContext& context, GraphPass fold, std::initializer_list<const char*> folded,
              std::initializer_list<const char*> into) {
  // By the number of the output: a graph never gives one out twice, while addresses of nodes return.
  std::map<std::size_t, std::string> foldable;
  for_each_node(*context.graph, [&](Node& node) {
    if (!is_any_of(node, folded)) return;
    if (const Node* producer = producer_of(node, into)) {
      foldable[node.output()->unique()] = "folded " + op_name(node) + " into " +
                                          op_name(*producer) + " at " +
                                          context.paths.place_of(node);
    }
  });
  if (foldable.empty()) return;
  fold(context.graph);
  std::set<std::size_t> left;
  for_each_node(*context.graph, [&left](Node& node) {
    for (const torch::jit::Value* output : node.outputs()) left.insert(output->unique());
  });
  for (const auto& [output, change] : foldable) {
    if (left.count(output) == 0) context.changes.push_back(change);
  }
}

}  // namespace tsctl::passes
