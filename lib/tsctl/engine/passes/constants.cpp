#include "tsctl/engine/passes/constants.h"

#include <torch/csrc/jit/ir/constants.h>

namespace tsctl::passes {

using torch::jit::Value;

std::optional<at::Tensor> constant_tensor(const Value& value) {
  const auto found = torch::jit::toIValue(&value);
  if (!found || !found->isTensor() || !found->toTensor().defined()) return std::nullopt;
  return found->toTensor();
}

std::optional<std::int64_t> constant_int(const Value& value) {
  const auto found = torch::jit::toIValue(&value);
  if (!found || !found->isInt()) return std::nullopt;
  return found->toInt();
}

std::optional<double> constant_number(const Value& value) {
  const auto found = torch::jit::toIValue(&value);
  if (!found) return std::nullopt;
  if (found->isInt()) return static_cast<double>(found->toInt());
  if (found->isDouble()) return found->toDouble();
  return std::nullopt;
}

std::optional<bool> constant_bool(const Value& value) {
  const auto found = torch::jit::toIValue(&value);
  if (!found || !found->isBool()) return std::nullopt;
  return found->toBool();
}

std::optional<std::vector<std::int64_t>> constant_ints(const Value& value) {
  if (const auto found = torch::jit::toIValue(&value)) {
    if (found->isIntList()) return found->toIntVector();
    return std::nullopt;
  }
  if (value.node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  std::vector<std::int64_t> list;
  for (const Value* element : value.node()->inputs()) {
    const auto number = constant_int(*element);
    if (!number) return std::nullopt;
    list.push_back(*number);
  }
  return list;
}

bool is_none(const Value& value) { return value.type()->kind() == c10::TypeKind::NoneType; }

void replace_constant(torch::jit::Node& layer, std::size_t input, const at::Tensor& tensor) {
  const torch::jit::Value& before = *layer.input(input);
  const std::string name =
      is_none(before) ? layer.input(1)->debugName() + "_bias" : before.debugName();
  const torch::jit::WithInsertPoint place(&layer);
  torch::jit::Value* const after = layer.owningGraph()->insertConstant(tensor);
  after->setDebugName(name + "_folded");
  layer.replaceInput(input, after);
}

}  // namespace tsctl::passes
