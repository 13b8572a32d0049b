#include "tsctl/engine/outputs.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/dtypes.h"

namespace tsctl {

namespace {

class OutputReader {
 public:
  OutputReader(std::string label, std::map<std::string, at::Tensor>& tensors)
      : label_(std::move(label)), tensors_(tensors) {}

  Value read(const c10::IValue& result, const std::string& leaf) {
    if (result.isNone()) return {};
    if (result.isTensor()) return read_tensor(result.toTensor(), leaf);
    if (result.isBool()) return {.kind = Value::Kind::boolean, .boolean = result.toBool()};
    if (result.isInt()) return {.kind = Value::Kind::integer, .integer = result.toInt()};
    if (result.isDouble()) return {.kind = Value::Kind::real, .real = result.toDouble()};
    if (result.isString()) return {.kind = Value::Kind::string, .string = result.toStringRef()};
    if (result.isTuple()) return read_tuple(result, leaf);
    if (result.isList()) return read_list(result, leaf);
    if (result.isGenericDict()) return read_dict(result, leaf);
    throw Error(
        ErrorKind::execution,
        fmt::format("the result '{}' is of type {}, which can be neither compared nor stored", leaf,
                    result.type()->annotation_str()),
        "let the model return tensors, numbers, strings, or lists, tuples and dicts of these");
  }

 private:
  Value read_tensor(const at::Tensor& tensor, const std::string& leaf) {
    if (!tensor.defined()) return {};
    const bool dense =
        tensor.layout() == at::kStrided && !tensor.is_quantized() && !tensor.is_nested();
    if (!dense || !dtype_from_scalar_type(tensor.scalar_type())) {
      const std::string what = dense ? "dtype " + std::string(c10::toString(tensor.scalar_type()))
                               : tensor.is_quantized() ? "a quantized tensor"
                                                       : "a sparse or nested tensor";
      throw Error(ErrorKind::execution,
                  fmt::format("the result '{}' is {}, which can be neither compared nor stored",
                              leaf, what),
                  "let the model return a dense tensor");
    }
    const std::string key = tensor_key(label_, leaf);
    tensors_[key] = tensor.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    return {.kind = Value::Kind::tensor, .tensor = key, .complex_pairs = tensor.is_complex()};
  }

  Value read_tuple(const c10::IValue& result, const std::string& leaf) {
    const auto& tuple = result.toTupleRef();
    Value value{.kind = Value::Kind::tuple};
    if (const auto type = tuple.type<c10::TupleType>(); type && type->schema()) {
      for (const c10::Argument& field : type->schema()->arguments())
        value.keys.push_back(field.name());
    }
    const auto& elements = tuple.elements();
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const std::string name =
          value.keys.empty() ? fmt::format("{}[{}]", leaf, i) : member_name(leaf, value.keys[i]);
      value.items.push_back(read(elements[i], name));
    }
    return value;
  }

  Value read_list(const c10::IValue& result, const std::string& leaf) {
    Value value{.kind = Value::Kind::list};
    const c10::List<c10::IValue> list = result.toList();
    for (std::size_t i = 0; i < list.size(); ++i) {
      value.items.push_back(read(list.get(i), fmt::format("{}[{}]", leaf, i)));
    }
    return value;
  }

  Value read_dict(const c10::IValue& result, const std::string& leaf) {
    Value value{.kind = Value::Kind::dict};
    for (const auto& entry : result.toGenericDict()) {
      const c10::IValue& key = entry.key();
      value.keys.push_back(key.isString() ? key.toStringRef() : c10::str(key));
      value.items.push_back(read(entry.value(), member_name(leaf, value.keys.back())));
    }
    return value;
  }

  std::string label_;
  std::map<std::string, at::Tensor>& tensors_;
};

}  // namespace

Outputs outputs_from_ivalue(const c10::IValue& result, const std::string& label) {
  Outputs outputs;
  outputs.value = OutputReader(label, outputs.tensors).read(result, "out");
  return outputs;
}

Outputs outputs_from_record(const CallRecord& record, const TensorFile& file) {
  Outputs outputs{.value = record.outputs.value(), .tensors = {}};
  for (const Leaf& leaf : leaves_of(outputs.value, "out")) {
    if (leaf.value->kind != Value::Kind::tensor) continue;
    outputs.tensors[leaf.value->tensor] =
        tensor_from_entry(file.tensor(leaf.value->tensor), leaf.value->complex_pairs);
  }
  return outputs;
}

TensorBuffer buffer_from_tensor(const std::string& key, const at::Tensor& tensor) {
  const at::Tensor stored = tensor.is_complex() ? at::view_as_real(tensor) : tensor;
  return {.key = key,
          .dtype = dtype_from_scalar_type(stored.scalar_type()).value(),
          .shape = stored.sizes().vec(),
          .data = stored.const_data_ptr(),
          .size_bytes = stored.nbytes()};
}

at::Tensor tensor_from_entry(const TensorFile::Entry& entry, bool complex_pairs) {
  at::Tensor tensor = at::empty(entry.shape, scalar_type_from_dtype(entry.dtype));
  if (entry.size_bytes > 0) std::memcpy(tensor.mutable_data_ptr(), entry.data, entry.size_bytes);
  return complex_pairs ? at::view_as_complex(tensor) : tensor;
}

}  // namespace tsctl
