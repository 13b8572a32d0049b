#include "tsctl/engine/passes/nodes.h"

#include <algorithm>

namespace tsctl::passes {

namespace {

using torch::jit::Node;

void visit_block(torch::jit::Block& block, const std::function<void(Node&)>& visit) {
  for (Node* node : block.nodes()) {
    visit(*node);
    for (torch::jit::Block* inner : node->blocks()) visit_block(*inner, visit);
    if (node->kind() == c10::prim::fork && node->hasAttribute(c10::attr::Subgraph)) {
      visit_block(*node->g(c10::attr::Subgraph)->block(), visit);
    }
  }
}

}  // namespace

void for_each_node(torch::jit::Graph& graph, const std::function<void(Node&)>& visit) {
  visit_block(*graph.block(), visit);
}

std::int64_t count_nodes(torch::jit::Graph& graph) {
  std::int64_t count = 0;
  for_each_node(graph, [&count](Node&) { ++count; });
  return count;
}

bool is_any_of(const Node& node, std::initializer_list<const char*> ops) {
  const std::string name = node.kind().toQualString();
  return std::ranges::any_of(ops, [&name](const char* op) { return name == op; });
}

std::string op_name(const Node& node) {
  std::string name = node.kind().toUnqualString();
  while (!name.empty() && name.front() == '_') name.erase(0, 1);
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

}  // namespace tsctl::passes
