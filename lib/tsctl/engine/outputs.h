#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <map>
#include <string>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/core/base/value.h"

namespace tsctl {

// What a call gave: its structure, and the tensors that its leaves name, contiguous and on the CPU.
struct Outputs {
  Value value = {};
  std::map<std::string, at::Tensor> tensors = {};
};

// Keys are tensor_key(label, leaf) with leaves rooted at "out". Throws Error{execution} for what tsctl can neither
// compare nor store: sparse and quantized tensors, dtypes that core/dtype.h does not know, objects.
Outputs outputs_from_ivalue(const c10::IValue& result, const std::string& label);

// The outputs that a tensor file holds for a call. The record must have outputs.
Outputs outputs_from_record(const CallRecord& record, const TensorFile& file);

// How a tensor is stored in a tensor file; it points into the tensor. Complex ones become pairs of reals.
TensorBuffer buffer_from_tensor(const std::string& key, const at::Tensor& tensor);

// The tensor of an entry, copied.
at::Tensor tensor_from_entry(const TensorFile::Entry& entry, bool complex_pairs);

}  // namespace tsctl
