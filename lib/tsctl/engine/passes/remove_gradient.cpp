#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <string>

#include "tsctl/engine/passes/passes.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

// detach() makes a second tensor with a shape of its own. These change a tensor's shape in place, and would change
// the original's as well if the two became one.
bool changes_shape_in_place(const Node& node) {
  return is_any_of(node, {"aten::unsqueeze_", "aten::squeeze_", "aten::t_", "aten::transpose_", "aten::swapaxes_",
                          "aten::swapdims_", "aten::resize_", "aten::resize_as_", "aten::as_strided_", "aten::set_",
                          "aten::requires_grad_", "aten::detach_"});
}

// `with torch.no_grad():` and its relatives only say what to record for a backward pass.
bool is_gradient_guard(const Node& node) {
  if (node.kind() != c10::prim::Enter && node.kind() != c10::prim::Exit) return false;
  const auto type = node.input(0)->type()->cast<c10::ClassType>();
  if (!type || !type->name()) return false;
  const std::string name = type->name()->qualifiedName();
  return name.find("torch.autograd.grad_mode.") != std::string::npos &&
         (name.find("no_grad") != std::string::npos || name.find("enable_grad") != std::string::npos ||
          name.find("set_grad_enabled") != std::string::npos);
}

// The value that a guard binds (`with torch.no_grad() as g`) is None and hardly ever read; a read one is left alone.
void remove_guards(PassContext& context) {
  std::vector<Node*> exits;
  std::vector<Node*> enters;
  for_each_node(*context.graph, [&](Node& node) {
    if (!is_gradient_guard(node)) return;
    (node.kind() == c10::prim::Exit ? exits : enters).push_back(&node);
  });
  for (const Node* enter : enters) {
    if (enter->hasUses()) return;
  }
  for (Node* exit : exits) {
    if (exit->hasUses()) return;
  }
  for (Node* exit : exits) exit->destroy();
  for (Node* enter : enters) {
    context.changes.push_back("removed a gradient guard at " + context.paths.place_of(*enter));
    enter->destroy();
  }
}

}  // namespace

void remove_gradient(PassContext& context) {
  std::vector<Node*> detaches;
  bool shapes_change = false;
  for_each_node(*context.graph, [&](Node& node) {
    shapes_change = shapes_change || changes_shape_in_place(node);
    if (is_any_of(node, {"aten::detach"})) detaches.push_back(&node);
  });
  if (!shapes_change) remove_pass_through(context, detaches);
  remove_guards(context);
  if (!context.changes.empty()) torch::jit::EliminateDeadCode(context.graph);
}

}  // namespace tsctl::passes
