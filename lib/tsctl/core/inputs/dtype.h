#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/enum_names.h"

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

// PyTorch's names.
constexpr auto names_of(Dtype) {
  return std::to_array<Named<Dtype>>({
      {Dtype::float32, "float32"},
      {Dtype::float64, "float64"},
      {Dtype::float16, "float16"},
      {Dtype::bfloat16, "bfloat16"},
      {Dtype::int64, "int64"},
      {Dtype::int32, "int32"},
      {Dtype::int16, "int16"},
      {Dtype::int8, "int8"},
      {Dtype::uint8, "uint8"},
      {Dtype::boolean, "bool"},
      {Dtype::complex64, "complex64"},
      {Dtype::complex128, "complex128"},
  });
}

// Reads these names and their short forms ("f32", "half", "bf16", "i64", "long", …).
std::optional<Dtype> dtype_from_name(std::string_view name) noexcept;

std::size_t element_size_bytes(Dtype dtype) noexcept;
bool is_floating(Dtype dtype) noexcept;
bool is_complex(Dtype dtype) noexcept;

}  // namespace tsctl
