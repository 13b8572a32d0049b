#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// The element types that inputs and outputs of a model can have.
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

// TorchScript's name: "float32", "bool", "complex64", …
std::string_view name_from_dtype(Dtype dtype) noexcept;

// Reads TorchScript's names and their short forms ("f32", "half", "bf16", "i64", "long", …).
std::optional<Dtype> dtype_from_name(std::string_view name) noexcept;

// The names that messages offer, one for each type.
std::vector<std::string> dtype_names();

std::size_t element_size_bytes(Dtype dtype) noexcept;
bool is_floating(Dtype dtype) noexcept;
bool is_complex(Dtype dtype) noexcept;

}  // namespace tsctl
