#include "tsctl/archive/method_graph.h"

#include "tsctl/archive/method_graph_builder.h"

namespace tsctl {

MethodGraph method_graph(const ScriptCode& code, const CodeClass& root, const CodeFunction& method,
                         MethodGraphLimits& limits) {
  MethodGraph graph{.method = method.name};
  MethodGraphBuilder builder(code, limits, graph);
  const CodePlace place{method.record, method.line};
  try {
    CodeArguments inputs;
    for (std::size_t i = 1; i < method.parameters.size(); ++i) {
      const CodeParameter& parameter = method.parameters[i];
      inputs.emplace_back(parameter.name,
                          builder.add_node(MethodNodeKind::input, parameter.name, {}, {}, place));
    }
    const CodeValue self{.type = root.name};
    const CodeValue result = builder.run(method, &self, inputs);
    builder.add_node(MethodNodeKind::output, "return", {}, result.nodes, place);
  } catch (const GraphStop& stop) {
    graph.incomplete = stop.reason;
  }
  return graph;
}

}  // namespace tsctl
