#include "tsctl/archive/safetensors_dtype.h"

#include <array>
#include <stdexcept>

namespace tsctl {

namespace {

struct DtypeName {
  Dtype dtype;
  std::string_view name;
};

constexpr std::array kNames{
    DtypeName{Dtype::float32, "F32"},   DtypeName{Dtype::float64, "F64"},
    DtypeName{Dtype::float16, "F16"},   DtypeName{Dtype::bfloat16, "BF16"},
    DtypeName{Dtype::int64, "I64"},     DtypeName{Dtype::int32, "I32"},
    DtypeName{Dtype::int16, "I16"},     DtypeName{Dtype::int8, "I8"},
    DtypeName{Dtype::uint8, "U8"},      DtypeName{Dtype::boolean, "BOOL"},
    DtypeName{Dtype::complex64, "C64"},
};

}  // namespace

std::optional<Dtype> dtype_from_safetensors_name(std::string_view name) {
  for (const DtypeName& row : kNames) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

std::string_view safetensors_name(Dtype dtype) {
  for (const DtypeName& row : kNames) {
    if (row.dtype == dtype) return row.name;
  }
  throw std::logic_error("the safetensors format has no such dtype");
}

}  // namespace tsctl
