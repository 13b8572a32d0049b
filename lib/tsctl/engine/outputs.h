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

// The outputs of a call: their structure, and the tensors by key, contiguous and on the CPU.
struct Outputs {
  Value value = {};
  std::map<std::string, at::Tensor> tensors = {};
};

// The keys are tensor_key(label, leaf); the names of the leaves begin with "out". Throws Error{execution} for results
// that tsctl can neither compare nor store: sparse and quantized tensors, dtypes that are not in dtype.h, objects.
Outputs outputs_from_ivalue(const c10::IValue& result, const std::string& label);

// The outputs of a call in a tensor file. The record must have outputs.
Outputs outputs_from_record(const CallRecord& record, const TensorFile& file);

// A buffer for write_tensor_file() that points into the tensor. A complex tensor becomes pairs of real numbers.
TensorBuffer buffer_from_tensor(const std::string& key, const at::Tensor& tensor);

// A copy of the entry's tensor.
at::Tensor tensor_from_entry(const TensorFile::Entry& entry, bool complex_pairs);

}  // namespace tsctl
