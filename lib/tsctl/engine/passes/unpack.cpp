#include "tsctl/engine/passes/unpack.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <string>
#include <vector>

#include "tsctl/engine/packed/packed_layers.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl::passes {

void unpack(torch::jit::Module& module) {
  if (packed::packed_layers(module).empty()) return;
  std::vector<std::string> kept;
  for (const auto& attribute : module.named_attributes(/*recurse=*/false)) {
    if (!attribute.value.isModule() || !packed::is_packed_layer(attribute.value.toModule()))
      kept.push_back(attribute.name);
  }
  for (const torch::jit::Method& method : module.get_methods()) {
    if (method.name() != "forward") kept.push_back(method.name());
    for_each_node(*method.graph(), [](torch::jit::Node& node) {
      if (node.kind() != c10::prim::CallMethod) return;
      const auto type = node.input(0)->type()->cast<c10::ClassType>();
      if (type == nullptr || !packed::is_packed_class(*type)) return;
      node.s_(c10::attr::name, "plain_" + node.s(c10::attr::name));
    });
  }
  module = torch::jit::freeze_module(module, kept);
}

}  // namespace tsctl::passes
