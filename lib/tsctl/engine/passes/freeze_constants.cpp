#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "tsctl/core/base/units.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

namespace {

using torch::jit::Node;

struct Slots {
  std::int64_t parameters = 0;
  std::int64_t buffers = 0;
};

Slots slots_of(const torch::jit::Module& module) {
  return {static_cast<std::int64_t>(module.parameters(/*recurse=*/true).size()),
          static_cast<std::int64_t>(module.buffers(/*recurse=*/true).size())};
}

std::string describe_frozen(const Slots& before, const Slots& after) {
  return "made " + counted(before.parameters - after.parameters, "parameter") + " and " +
         counted(before.buffers - after.buffers, "buffer") + " constant";
}

// The nodes that read an attribute which holds a value, not a submodule.
std::vector<Node*> attribute_reads(torch::jit::Graph& graph) {
  std::vector<Node*> reads;
  for_each_node(graph, [&reads](Node& node) {
    if (node.kind() == c10::prim::GetAttr && !node.output()->type()->is_module())
      reads.push_back(&node);
  });
  return reads;
}

std::set<std::string> written_attributes(torch::jit::Graph& graph) {
  std::set<std::string> names;
  for_each_node(graph, [&names](Node& node) {
    if (node.kind() == c10::prim::SetAttr) names.insert(node.s(c10::attr::name));
  });
  return names;
}

// "classifier.weight" preserves the attribute `weight`.
bool is_preserved(const PassContext& context, const std::string& attribute) {
  const auto& names = context.preserved();
  return std::ranges::any_of(names, [&attribute](const std::string& name) {
    return name.substr(name.rfind('.') + 1) == attribute;
  });
}

std::string reason_left(const PassContext& context, const std::string& attribute,
                        const std::set<std::string>& written) {
  if (is_preserved(context, attribute)) return "--preserve keeps '" + attribute + "'";
  if (written.contains(attribute)) return "the model writes to '" + attribute + "'";
  return "LibTorch left '" + attribute + "' an attribute: the model may change it in place";
}

// Freezing works on the whole model at once; each method accounts for the attributes that it read.
void freeze(std::vector<PassContext>& methods) {
  std::vector<std::size_t> reads_before;
  for (const PassContext& context : methods)
    reads_before.push_back(attribute_reads(*context.graph()).size());
  torch::jit::Module& module = methods.front().module();
  const Slots before = slots_of(module);
  module = torch::jit::freeze_module(module, methods.front().preserved());
  std::set<std::string> written;
  for (const PassContext& context : methods) written.merge(written_attributes(*context.graph()));
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const std::vector<Node*> left = attribute_reads(*methods[i].graph());
    const auto frozen =
        static_cast<std::int64_t>(reads_before[i] - std::min(reads_before[i], left.size()));
    for (const Node* read : left)
      methods[i].skip(*read, reason_left(methods[i], read->s(c10::attr::name), written));
    if (i == 0) {
      methods[i].rewrote(describe_frozen(before, slots_of(module)), frozen);
    } else {
      methods[i].rewrote(frozen);
    }
  }
}

// A frozen file spells its lists out again ([1, 1] is a constant in memory and an expression in the file), and the
// folds take constants only.
void restore_constants(PassContext& context) {
  auto graph = context.graph();
  const std::int64_t before = count_nodes(*graph);
  torch::jit::ConstantPropagation(graph);
  const std::int64_t removed = before - count_nodes(*graph);
  if (removed <= 0) return;
  context.rewrote("the file was frozen already; made its lists and numbers constants again",
                  removed);
}

}  // namespace

template <>
void run_on_model<row_of("freeze_constants")>(std::vector<PassContext>& methods) {
  if (!is_frozen(methods.front().module())) return freeze(methods);
  for (PassContext& context : methods) restore_constants(context);
}

}  // namespace tsctl::passes
