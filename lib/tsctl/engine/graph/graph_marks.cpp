#include "tsctl/engine/graph/graph_marks.h"

#include <ATen/core/stack.h>

namespace tsctl {

using torch::jit::Node;
using torch::jit::Stack;

Node* make_mark(torch::jit::Graph& graph, const std::vector<torch::jit::Value*>& values,
                const std::function<void(c10::ArrayRef<c10::IValue>)>& work) {
  const std::size_t count = values.size();
  const auto call = [work, count](Stack& stack) {
    stack.pop_back();  // the interpreter puts the number of its frame on top of the values
    work(torch::jit::last(stack, count));
    torch::jit::drop(stack, count);
  };
  Node* const mark = new torch::jit::ProfileIValueOp(&graph, call);
  for (torch::jit::Value* value : values) mark->addInput(value);
  return mark;
}

}  // namespace tsctl
