#include "tsctl/engine/passes/model.h"

namespace tsctl::passes {

const ObservedTypes& Model::observed_types(const std::string& method) {
  const auto found = observed.find(method);
  if (found != observed.end()) return found->second;
  ObservedTypes types;
  // The declared inputs are those of forward.
  if (method == "forward" && !inputs_tensors.empty())
    types = observe_types(module, method, TensorFile::open(inputs_tensors), device);
  return observed.emplace(method, std::move(types)).first->second;
}

}  // namespace tsctl::passes
