#include "tsctl/core/inputs/staged_input.h"

namespace tsctl {

namespace {

template <typename Real>
void fill_reals(const DrawKey& key, Real* data, std::size_t count, std::optional<double> low,
                std::optional<double> high) {
  if (low && high) {
    fill_uniform(key, data, count, *low, *high);
  } else {
    fill_normal(key, data, count);
  }
}

}  // namespace

Dtype staging_dtype(Dtype dtype) noexcept {
  if (dtype == Dtype::float64 || dtype == Dtype::complex128) return Dtype::float64;
  return is_floating(dtype) || is_complex(dtype) ? Dtype::float32 : Dtype::int64;
}

void fill_staged(Dtype dtype, const DrawKey& key, void* data, std::size_t count,
                 std::optional<double> low, std::optional<double> high) {
  const std::size_t reals = is_complex(dtype) ? 2 * count : count;
  switch (staging_dtype(dtype)) {
    case Dtype::float32:
      return fill_reals(key, static_cast<float*>(data), reals, low, high);
    case Dtype::float64:
      return fill_reals(key, static_cast<double*>(data), reals, low, high);
    default:
      return fill_integers(key, static_cast<std::int64_t*>(data), count,
                           static_cast<std::int64_t>(low.value_or(0.0)),
                           static_cast<std::int64_t>(high.value_or(1.0)));
  }
}

}  // namespace tsctl
