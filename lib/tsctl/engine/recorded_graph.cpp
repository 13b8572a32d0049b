#include "tsctl/engine/recorded_graph.h"

#include <utility>
#include <vector>

#include "tsctl/core/base/clock.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/graph/graph_marks.h"
#include "tsctl/engine/graph/node_places.h"

namespace tsctl {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Stack;
using Values = c10::ArrayRef<c10::IValue>;

// Constants take no time: they are operands of the instructions that use them.
bool takes_time(const Node& node) {
  return node.kind() != c10::prim::Constant && node.kind() != c10::prim::profile &&
         node.kind() != c10::prim::profile_ivalue;
}

}  // namespace

RecordedGraph::RecordedGraph(const Graph& graph, const ModulePaths& modules,
                             const c10::Device& device, int traced_calls)
    : device_(device), graph_(const_cast<Graph&>(graph).copy()) {  // copy() only reads
  std::vector<ProfilePlace> places;
  mark(*graph_->block(), modules, places);
  recorder_ = std::make_unique<SpanRecorder>(std::move(places), now_s, traced_calls);
  code_ = torch::jit::Code(graph_, "recorded");
}

void RecordedGraph::mark(Block& block, const ModulePaths& modules,
                         std::vector<ProfilePlace>& places) {
  const std::vector<Node*> nodes(block.nodes().begin(), block.nodes().end());
  for (Node* node : nodes) {
    if (!takes_time(*node)) continue;
    const std::size_t place = places.size();
    places.push_back(place_of_node(*node, modules));
    for (Block* inner : node->blocks()) mark(*inner, modules, places);
    make_mark(*graph_, {}, [this, place](Values) { recorder_->enter(place); })->insertBefore(node);
    make_mark(*graph_, {}, [this](Values) {
      synchronize(device_);
      recorder_->leave();
    })->insertAfter(node);
  }
}

void RecordedGraph::run(Stack stack) { torch::jit::InterpreterState(code_).run(stack); }

}  // namespace tsctl
