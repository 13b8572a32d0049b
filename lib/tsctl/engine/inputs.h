#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/value.h"

namespace tsctl {

// The arguments of one call, typed as the method's schema wants them.
struct CallInputs {
  std::vector<c10::IValue> args = {};
  torch::jit::Kwargs kwargs = {};
};

// "forward(x: Tensor, mask: Optional[Tensor] = None)": for messages.
std::string describe_schema(const c10::FunctionSchema& schema);

// Makes fresh tensors on the device from the record's entries, so that a model may write into them. Numbers, bools
// and 0-dimensional tensors become what the schema asks for where nothing is lost. Throws Error{usage} that shows
// the schema for a wrong count, an unknown or missing name, or a value of another type.
CallInputs inputs_from_record(const CallRecord& record, const TensorFile& file,
                              const c10::FunctionSchema& schema, const c10::Device& device);

// What an interpreter starts the method with: the module and the arguments, with the defaults of those not given.
torch::jit::Stack stack_from_inputs(const torch::jit::Module& module,
                                    const torch::jit::Method& method, const CallInputs& inputs);

}  // namespace tsctl
