#include "tsctl/engine/passes/build.h"

namespace tsctl::passes {

using torch::jit::Node;
using torch::jit::Value;

Value* Builder::op(const char* op, std::initializer_list<torch::jit::NamedValue> arguments,
                   std::initializer_list<torch::jit::NamedValue> named) const {
  const torch::jit::WithInsertPoint before(&place_);
  Value* const result = place_.owningGraph()->insert(c10::Symbol::fromQualString(op), arguments,
                                                     named, place_.sourceRange());
  result->node()->copyMetadata(&place_);
  return result;
}

std::vector<Value*> Builder::unpacked(Value* list, std::size_t size) const {
  Node* const unpack = place_.owningGraph()->createListUnpack(list, size);
  unpack->insertBefore(&place_);
  unpack->copyMetadata(&place_);
  return unpack->outputs().vec();
}

Value* Builder::list(const std::vector<Value*>& integers) const {
  Node* const list = place_.owningGraph()->createList(c10::IntType::get(), integers);
  list->insertBefore(&place_);
  list->copyMetadata(&place_);
  return list->output();
}

Value* Builder::constant(const c10::IValue& value) const {
  const torch::jit::WithInsertPoint before(&place_);
  return place_.owningGraph()->insertConstant(value);
}

}  // namespace tsctl::passes
