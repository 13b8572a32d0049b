#include "tsctl/engine/dtypes.h"

#include <array>
#include <utility>

namespace tsctl {

namespace {

constexpr std::array<std::pair<Dtype, c10::ScalarType>, 12> kDtypes{{
    {Dtype::float32, c10::ScalarType::Float},
    {Dtype::float64, c10::ScalarType::Double},
    {Dtype::float16, c10::ScalarType::Half},
    {Dtype::bfloat16, c10::ScalarType::BFloat16},
    {Dtype::int64, c10::ScalarType::Long},
    {Dtype::int32, c10::ScalarType::Int},
    {Dtype::int16, c10::ScalarType::Short},
    {Dtype::int8, c10::ScalarType::Char},
    {Dtype::uint8, c10::ScalarType::Byte},
    {Dtype::boolean, c10::ScalarType::Bool},
    {Dtype::complex64, c10::ScalarType::ComplexFloat},
    {Dtype::complex128, c10::ScalarType::ComplexDouble},
}};

}  // namespace

c10::ScalarType scalar_type_from_dtype(Dtype dtype) noexcept {
  for (const auto& [ours, theirs] : kDtypes) {
    if (ours == dtype) return theirs;
  }
  return c10::ScalarType::Undefined;
}

std::optional<Dtype> dtype_from_scalar_type(c10::ScalarType type) noexcept {
  for (const auto& [ours, theirs] : kDtypes) {
    if (theirs == type) return ours;
  }
  return std::nullopt;
}

}  // namespace tsctl
