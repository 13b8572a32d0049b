#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <vector>

#include "tsctl/engine/inputs.h"

namespace tsctl {

// The tensors in a value of any structure, in order.
std::vector<at::Tensor> tensors_within(const c10::IValue& value);

// The tensors of all arguments, keyword arguments last and in the order of their names.
std::vector<at::Tensor> tensors_within(const CallInputs& inputs);

// A deep copy of the arguments.
CallInputs copy_of(const CallInputs& inputs);

}  // namespace tsctl
