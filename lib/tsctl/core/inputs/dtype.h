#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// The element types of a model's inputs and outputs.
enum class Dtype {
  float32,
  float64,
  float16,
  bfloat16,
  int64,
  int32,
  int16,
  int8,
  uint8,
  boolean,
  complex64,
  complex128,
};

// PyTorch's name: "float32", "bool", "complex64", …
std::string_view name_from_dtype(Dtype dtype) noexcept;

// Accepts PyTorch's names and their short forms ("f32", "half", "bf16", "i64", "long", …).
std::optional<Dtype> dtype_from_name(std::string_view name) noexcept;

// The names of all dtypes, for messages.
std::vector<std::string> dtype_names();

std::size_t element_size_bytes(Dtype dtype) noexcept;
bool is_floating(Dtype dtype) noexcept;
bool is_complex(Dtype dtype) noexcept;

}  // namespace tsctl
