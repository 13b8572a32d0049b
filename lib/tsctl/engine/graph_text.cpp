#include "tsctl/engine/graph_text.h"

#include <fmt/format.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/method_runner.h"

namespace tsctl {

namespace {

std::string executed_graph(const GraphRequest& request, Events& events) {
  MethodRunner runner({.model_path = request.model_path,
                       .method = request.method,
                       .device = request.device,
                       .settings = request.settings});
  const TensorFile file = open_calls(request.inputs_tensors);
  const CallRecord& record = file.calls().front();
  for (int call = 1; call <= kCallsBeforeExecutedGraph; ++call) {
    events.progress(fmt::format("call {}", call));
    runner.call_guarded(runner.inputs(record, file), record.label);
  }
  return guarded(ErrorKind::execution, "the executed graph cannot be read",
                 [] { return torch::jit::lastExecutedOptimizedGraph()->toString(); });
}

}  // namespace

GraphResult read_graph(const GraphRequest& request, Events& events) {
  if (request.kind == GraphKind::executed) return {.text = executed_graph(request, events)};
  const torch::jit::Module module = load_module(request.model_path, open_device(request.device));
  const torch::jit::Method method = find_method(module, request.method);
  return guarded(ErrorKind::execution, "the graph of '" + request.model_path + "' cannot be read",
                 [&] {
                   if (request.kind == GraphKind::graph)
                     return GraphResult{.text = method.graph()->toString()};
                   const auto inlined = method.graph()->copy();
                   torch::jit::Inline(*inlined);
                   return GraphResult{.text = inlined->toString()};
                 });
}

}  // namespace tsctl
