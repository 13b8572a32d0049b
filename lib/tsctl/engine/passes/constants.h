#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tsctl::passes {

// What a value of the graph is, if that is known before the model runs.
std::optional<at::Tensor> constant_tensor(const torch::jit::Value& value);
std::optional<std::int64_t> constant_int(const torch::jit::Value& value);
std::optional<double> constant_number(const torch::jit::Value& value);  // of an int or a float
std::optional<bool> constant_bool(const torch::jit::Value& value);
// Of a constant, or of a list that is made of constants.
std::optional<std::vector<std::int64_t>> constant_ints(const torch::jit::Value& value);

bool is_none(const torch::jit::Value& value);

// Gives a layer another weight (input 1) or bias (input 2), named after the one that it had.
void replace_constant(torch::jit::Node& layer, std::size_t input, const at::Tensor& tensor);

}  // namespace tsctl::passes
