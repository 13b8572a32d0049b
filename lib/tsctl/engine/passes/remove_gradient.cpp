#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <string>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

// detach() gives a second tensor over the same numbers. It must stay a second one where a shape is changed in
// place, or where it is asked whether two tensors are the same.
bool tells_tensors_apart(const Node& node) {
  if (is_any_of(node, {"aten::__is__", "aten::__isnot__"})) {
    return node.input(0)->type()->isSubtypeOf(*c10::TensorType::get()) &&
           node.input(1)->type()->isSubtypeOf(*c10::TensorType::get());
  }
  return is_any_of(node,
                   {"aten::unsqueeze_", "aten::squeeze_", "aten::t_", "aten::transpose_",
                    "aten::swapaxes_", "aten::swapdims_", "aten::resize_", "aten::resize_as_",
                    "aten::as_strided_", "aten::set_", "aten::requires_grad_", "aten::detach_"});
}

// LibTorch's freezing drops every detach, even one whose result must stay a second tensor; it keeps an alias.
void replace_by_alias(PassContext& context, const std::vector<Node*>& detaches) {
  for (Node* detach : detaches) {
    if (!context.may_rewrite(*detach)) continue;
    context.rewrote("replaced detach by alias at " + context.place_of(*detach));
    detach->replaceWithNewSymbol(c10::Symbol::fromQualString("aten::alias"));
    detach->destroy();
  }
}

// `with torch.no_grad():` and its relatives only say what to record for a backward pass.
bool is_gradient_guard(const Node& node) {
  if (node.kind() != c10::prim::Enter && node.kind() != c10::prim::Exit) return false;
  const auto type = node.input(0)->type()->cast<c10::ClassType>();
  if (!type || !type->name()) return false;
  const std::string name = type->name()->qualifiedName();
  return name.find("torch.autograd.grad_mode.") != std::string::npos &&
         (name.find("no_grad") != std::string::npos ||
          name.find("enable_grad") != std::string::npos ||
          name.find("set_grad_enabled") != std::string::npos);
}

// The value that a guard binds (`with torch.no_grad() as g`) is None and hardly ever read. Where it is, the guards of
// the method stay: an exit does not say to which enter it belongs.
void remove_guards(PassContext& context) {
  std::vector<Node*> exits;
  std::vector<Node*> enters;
  bool is_read = false;
  for_each_node(*context.graph(), [&](Node& node) {
    if (!is_gradient_guard(node)) return;
    is_read = is_read || node.hasUses();
    (node.kind() == c10::prim::Exit ? exits : enters).push_back(&node);
  });
  if (is_read) {
    for (const Node* enter : enters)
      context.skip(*enter, "the method reads the value that a gradient guard binds");
    return;
  }
  if (enters.empty() || !context.may_rewrite(*enters.front())) return;
  for (Node* exit : exits) exit->destroy();
  for (Node* enter : enters) {
    context.rewrote("removed a gradient guard at " + context.place_of(*enter));
    enter->destroy();
  }
}

}  // namespace

template <>
void run_on_method<row_of("remove_gradient")>(PassContext& context) {
  const auto graph = context.graph();
  std::vector<Node*> detaches;
  bool apart = false;
  for_each_node(*graph, [&](Node& node) {
    apart = apart || tells_tensors_apart(node);
    if (is_any_of(node, {"aten::detach"})) detaches.push_back(&node);
  });
  apart ? replace_by_alias(context, detaches) : context.remove_pass_through(detaches);
  remove_guards(context);
  if (context.outcome().changed) torch::jit::EliminateDeadCode(graph);
}

}  // namespace tsctl::passes
