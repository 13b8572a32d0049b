#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <vector>

#include "tsctl/engine/inputs.h"

namespace tsctl {

// The tensors in a value of any structure, in its order.
std::vector<at::Tensor> tensors_within(const c10::IValue& value);

// Of all arguments, those by keyword in the order of their names.
std::vector<at::Tensor> tensors_within(const CallInputs& inputs);

// Arguments of the same structure and values with tensors of their own.
CallInputs copy_of(const CallInputs& inputs);

}  // namespace tsctl
