#include "tsctl/engine/passes/observed_types.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tsctl/engine/graph/graph_marks.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/inputs.h"

namespace tsctl {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using GraphValue = torch::jit::Value;  // tsctl::Value is another type

using ValuePairs = std::vector<std::pair<const GraphValue*, GraphValue*>>;

template <typename Values>
void pair_values(const Values& originals, const Values& copies, ValuePairs& pairs) {
  for (std::size_t i = 0; i < originals.size(); ++i) pairs.emplace_back(originals[i], copies[i]);
}

// The values of a block with those of its copy.
void pair_blocks(Block& original, Block& copy, ValuePairs& pairs) {
  pair_values(original.inputs(), copy.inputs(), pairs);
  auto copied = copy.nodes().begin();
  for (Node* node : original.nodes()) {
    Node* const twin = *copied++;
    pair_values(node->outputs(), twin->outputs(), pairs);
    for (std::size_t i = 0; i < node->blocks().size(); ++i)
      pair_blocks(*node->blocks()[i], *twin->blocks()[i], pairs);
  }
}

bool may_be_tensor(const GraphValue& value) {
  const c10::TypePtr& type = value.type();
  return type->isSubtypeOf(*c10::OptionalType::ofTensor());
}

// A value that a block takes in is marked at the start of the block.
void insert_mark(Node* mark, GraphValue& value) {
  Node* const producer = value.node();
  if (producer->kind() == c10::prim::Param) {
    mark->insertBefore(*producer->owningBlock()->nodes().begin());
  } else {
    mark->insertAfter(producer);
  }
}

// A copy of the graph that tells `types` of each tensor of the original.
std::shared_ptr<Graph> marked_copy(Graph& graph, ObservedTypes& types) {
  auto copy = graph.copy();
  ValuePairs pairs;
  pair_blocks(*graph.block(), *copy->block(), pairs);
  for (const auto& [original, value] : pairs) {
    if (!may_be_tensor(*value)) continue;
    const auto record = [&types, original = original](c10::ArrayRef<c10::IValue> observed) {
      if (observed[0].isTensor() && observed[0].toTensor().defined())
        types.add(*original, observed[0].toTensor());
    };
    insert_mark(make_mark(*copy, {value}, record), *value);
  }
  return copy;
}

}  // namespace

c10::TensorTypePtr ObservedTypes::of(const GraphValue& value) const {
  const auto found = types_.find(value.unique());
  if (found == types_.end()) return nullptr;
  c10::TensorTypePtr merged = found->second.front();
  for (const c10::TensorTypePtr& type : found->second) merged = merged->merge(*type);
  return merged;
}

std::vector<c10::TensorTypePtr> ObservedTypes::all_of(const GraphValue& value) const {
  const auto found = types_.find(value.unique());
  if (found == types_.end() || found->second.size() > kMaxTypes) return {};
  return found->second;
}

void ObservedTypes::add(const GraphValue& value, const at::Tensor& tensor) {
  const auto observed = c10::TensorType::create(tensor);
  std::vector<c10::TensorTypePtr>& types = types_[value.unique()];
  const bool is_known =
      std::ranges::any_of(types, [&](const auto& type) { return *type == *observed; });
  if (is_known) return;
  if (types.size() > kMaxTypes) {
    types.back() = types.back()->merge(*observed);
  } else {
    types.push_back(observed);
  }
}

ObservedTypes observe_types(const torch::jit::Module& module, const std::string& method,
                            const TensorFile& file, const c10::Device& device) {
  ObservedTypes types;
  for (const CallRecord& record : file.calls()) {
    const std::string doing = method + " failed while its shapes were recorded" +
                              (record.label.empty() ? "" : " on " + record.label);
    guarded(ErrorKind::execution, doing, [&] {
      const c10::InferenceMode inference;
      const torch::jit::Module copy = module.deepcopy();
      const torch::jit::Method called = copy.get_method(method);
      const CallInputs inputs =
          inputs_from_record(record, file, called.function().getSchema(), device);
      const torch::jit::Code code(marked_copy(*called.graph(), types), "observed");
      torch::jit::Stack stack = stack_from_inputs(copy, called, inputs);
      torch::jit::InterpreterState(code).run(stack);
    });
  }
  return types;
}

}  // namespace tsctl
