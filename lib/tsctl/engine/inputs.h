#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/value.h"

namespace tsctl {

// The arguments of one call, with the types of the method's schema.
struct CallInputs {
  std::vector<c10::IValue> args = {};
  torch::jit::Kwargs kwargs = {};
};

// "forward(x: Tensor, mask: Optional[Tensor] = None)", for messages.
std::string describe_schema(const c10::FunctionSchema& schema);

// Opens a tensor file that has at least one call. Throws Error{input} if it has none, and like TensorFile::open().
TensorFile open_calls(const std::string& path);

// Creates new tensors on the device from the record, so that a model may write into them. Converts numbers, bools and
// tensors with one element to the type in the schema if the conversion is exact. Throws Error{usage} that shows the
// schema for a wrong number of arguments, an unknown or missing name, or a value of another type.
CallInputs inputs_from_record(const CallRecord& record, const TensorFile& file,
                              const c10::FunctionSchema& schema, const c10::Device& device);

// What an interpreter starts the method with: the module and the arguments, with the defaults of those not given.
torch::jit::Stack stack_from_inputs(const torch::jit::Module& module,
                                    const torch::jit::Method& method, const CallInputs& inputs);

}  // namespace tsctl
