#pragma once

#include <c10/core/ScalarType.h>

#include <optional>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

c10::ScalarType scalar_type_from_dtype(Dtype dtype) noexcept;

// nullopt for types that tsctl does not support: quantized types, float8, and unsigned types other than uint8.
std::optional<Dtype> dtype_from_scalar_type(c10::ScalarType type) noexcept;

}  // namespace tsctl
