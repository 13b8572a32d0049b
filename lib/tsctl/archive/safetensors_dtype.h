#pragma once

#include <optional>
#include <string_view>

#include "tsctl/core/inputs/dtype.h"

namespace tsctl {

// The dtype that the safetensors format calls `name` ("F32"); nullopt for a type that tsctl does not support.
std::optional<Dtype> dtype_from_safetensors_name(std::string_view name);

// The name of a dtype in the safetensors format. Throws std::logic_error for complex128, which the format lacks.
std::string_view safetensors_name(Dtype dtype);

}  // namespace tsctl
