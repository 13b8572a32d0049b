#include "tsctl/archive/pickle_calls.h"

#include <optional>

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

constexpr std::string_view kHelpers = "torch.jit._pickle.";
// PyTorch writes short names and few dimensions. Longer ones would be copied for each tensor that shares them.
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxDimensions = 64;

const PickleNode* child(const Pickle& pickle, const PickleNode& node, std::size_t index,
                        Kind kind) {
  if (index >= node.children.size()) return nullptr;
  const PickleNode& found = pickle.at(node.children[index]);
  return found.kind == kind ? &found : nullptr;
}

std::optional<std::vector<std::int64_t>> integers(const Pickle& pickle, const PickleNode* tuple) {
  if (tuple == nullptr || tuple->children.size() > kMaxDimensions) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const PickleIndex index : tuple->children) {
    if (pickle.at(index).kind != Kind::integer) return std::nullopt;
    values.push_back(pickle.at(index).integer);
  }
  return values;
}

// Reads (storage, offset, shape, strides, requires_grad, …). A quantized tensor has its quantizer before requires_grad.
std::optional<PickledTensor> read_tensor(const Pickle& pickle, const PickleNode& arguments,
                                         bool quantized) {
  PickledTensor tensor;
  const PickleNode* storage = child(pickle, arguments, 0, Kind::opaque);
  const PickleNode* offset = child(pickle, arguments, 1, Kind::integer);
  const auto shape = integers(pickle, child(pickle, arguments, 2, Kind::tuple));
  const auto strides = integers(pickle, child(pickle, arguments, 3, Kind::tuple));
  const PickleNode* requires_grad = child(pickle, arguments, quantized ? 5 : 4, Kind::boolean);
  if (!storage || !offset || !shape || !strides || shape->size() != strides->size())
    return std::nullopt;
  const auto referred = storage_of_reference(pickle, *storage);
  if (!referred) return std::nullopt;
  tensor.storage_type = referred->type;
  tensor.record = referred->record;
  tensor.device = referred->device;
  tensor.storage_elements = referred->elements;
  tensor.offset = offset->integer;
  tensor.shape = *shape;
  tensor.strides = *strides;
  tensor.requires_grad = requires_grad != nullptr && requires_grad->integer != 0;
  return tensor;
}

}  // namespace

std::optional<PickledStorage> storage_of_reference(const Pickle& pickle,
                                                   const PickleNode& reference) {
  const PickleNode* parts = child(pickle, reference, 0, Kind::tuple);
  if (parts == nullptr || !reference.text.empty()) return std::nullopt;
  const PickleNode* marker = child(pickle, *parts, 0, Kind::string);
  const PickleNode* type = child(pickle, *parts, 1, Kind::global);
  const PickleNode* key = child(pickle, *parts, 2, Kind::string);
  const PickleNode* device = child(pickle, *parts, 3, Kind::string);
  const PickleNode* elements = child(pickle, *parts, 4, Kind::integer);
  if (!marker || marker->text != "storage" || !type || !key || !device || !elements)
    return std::nullopt;
  if (type->text.size() + key->text.size() + device->text.size() > kMaxNameBytes)
    return std::nullopt;
  return PickledStorage{.type = std::string(type->text.substr(type->text.rfind('.') + 1)),
                        .record = std::string(key->text),
                        .device = std::string(device->text),
                        .elements = elements->integer};
}

std::optional<PickleIndex> result_of_call(Pickle& pickle, std::string_view function,
                                          PickleIndex arguments, const AddPickleNode& add) {
  const PickleNode& tuple = pickle.at(arguments);
  const bool quantized = function == "torch._utils._rebuild_qtensor";
  if (quantized || function == "torch._utils._rebuild_tensor_v2") {
    const auto tensor = read_tensor(pickle, tuple, quantized);
    if (!tensor) return std::nullopt;
    PickleNode node;
    node.kind = Kind::tensor;
    node.integer = static_cast<std::int64_t>(pickle.tensors.size());
    pickle.tensors.push_back(*tensor);
    return add(std::move(node));
  }
  // restore_type_tag(value, type) and build_intlist(list) return their first argument.
  const bool helper =
      function.starts_with(kHelpers) && (function.substr(kHelpers.size()).starts_with("build_") ||
                                         function.substr(kHelpers.size()) == "restore_type_tag");
  if (helper && !tuple.children.empty()) return tuple.children[0];
  if (function == "torch.device" && !tuple.children.empty()) return tuple.children[0];
  PickleNode node;
  node.kind = Kind::opaque;
  node.text = function;
  node.children = tuple.children;
  return add(std::move(node));
}

}  // namespace tsctl
