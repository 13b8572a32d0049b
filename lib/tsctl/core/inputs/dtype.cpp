#include "tsctl/core/inputs/dtype.h"

#include <array>

namespace tsctl {

namespace {

struct DtypeRow {
  Dtype dtype;
  std::size_t size_bytes;
  std::array<std::string_view, 3> short_forms;
};

// In the order of the enumerators, so that a dtype is the index of its row.
constexpr std::array kDtypes{
    DtypeRow{Dtype::float32, 4, {"f32", "float", "fp32"}},
    DtypeRow{Dtype::float64, 8, {"f64", "double", "fp64"}},
    DtypeRow{Dtype::float16, 2, {"f16", "half", "fp16"}},
    DtypeRow{Dtype::bfloat16, 2, {"bf16", "", ""}},
    DtypeRow{Dtype::int64, 8, {"i64", "long", ""}},
    DtypeRow{Dtype::int32, 4, {"i32", "int", ""}},
    DtypeRow{Dtype::int16, 2, {"i16", "short", ""}},
    DtypeRow{Dtype::int8, 1, {"i8", "char", ""}},
    DtypeRow{Dtype::uint8, 1, {"u8", "byte", ""}},
    DtypeRow{Dtype::boolean, 1, {"boolean", "", ""}},
    DtypeRow{Dtype::complex64, 8, {"c64", "cfloat", ""}},
    DtypeRow{Dtype::complex128, 16, {"c128", "cdouble", ""}},
};

constexpr bool in_enumerator_order() {
  for (std::size_t i = 0; i < kDtypes.size(); ++i) {
    if (kDtypes[i].dtype != static_cast<Dtype>(i)) return false;
  }
  return true;
}
static_assert(in_enumerator_order());

const DtypeRow& row_of(Dtype dtype) noexcept { return kDtypes[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::optional<Dtype> dtype_from_name(std::string_view name) noexcept {
  if (const auto dtype = value_of<Dtype>(name); dtype || name.empty()) return dtype;
  for (const DtypeRow& row : kDtypes) {
    for (const std::string_view short_form : row.short_forms) {
      if (short_form == name) return row.dtype;
    }
  }
  return std::nullopt;
}

std::size_t element_size_bytes(Dtype dtype) noexcept { return row_of(dtype).size_bytes; }

bool is_floating(Dtype dtype) noexcept {
  return dtype == Dtype::float32 || dtype == Dtype::float64 || dtype == Dtype::float16 ||
         dtype == Dtype::bfloat16;
}

bool is_complex(Dtype dtype) noexcept {
  return dtype == Dtype::complex64 || dtype == Dtype::complex128;
}

}  // namespace tsctl
