#include "tsctl/engine/tensors_within.h"

#include <map>
#include <string>

namespace tsctl {

namespace {

void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements()) collect(element, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toList().vec()) collect(element, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) collect(entry.value(), tensors);
  }
}

}  // namespace

std::vector<at::Tensor> tensors_within(const c10::IValue& value) {
  std::vector<at::Tensor> tensors;
  collect(value, tensors);
  return tensors;
}

std::vector<at::Tensor> tensors_within(const CallInputs& inputs) {
  std::vector<at::Tensor> tensors;
  for (const c10::IValue& value : inputs.args) collect(value, tensors);
  const std::map<std::string, c10::IValue> by_name(inputs.kwargs.begin(), inputs.kwargs.end());
  for (const auto& [name, value] : by_name) collect(value, tensors);
  return tensors;
}

CallInputs copy_of(const CallInputs& inputs) {
  CallInputs copy;
  for (const c10::IValue& value : inputs.args) copy.args.push_back(value.deepcopy());
  for (const auto& [name, value] : inputs.kwargs) copy.kwargs.emplace(name, value.deepcopy());
  return copy;
}

}  // namespace tsctl
