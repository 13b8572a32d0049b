#include "tsctl/archive/value_difference.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "tsctl/core/tensor_difference.h"

namespace tsctl {

namespace {

Difference difference_of(const std::vector<float>& a, const std::vector<float>& b) {
  return difference_between(a.data(), b.data(), a.size(), {}, /*equal_nan=*/true);
}
Difference difference_of(const std::vector<double>& a, const std::vector<double>& b) {
  return difference_between(a.data(), b.data(), a.size(), {}, /*equal_nan=*/true);
}
Difference difference_of(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  return difference_between(a.data(), b.data(), a.size(), {});
}

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

float from_float16(std::uint16_t bits) {
  const std::uint32_t magnitude = (bits & 0x7fffU) << 13;
  const bool is_finite = (bits & 0x7c00U) != 0x7c00U;
  // The exponents of the two formats differ by 112.
  const float value = is_finite ? std::bit_cast<float>(magnitude) * 0x1p112F
                                : std::bit_cast<float>(magnitude | 0x7f800000U);
  return (bits & 0x8000U) != 0 ? -value : value;
}

template <typename To, typename From>
To as(From value) {
  return static_cast<To>(value);
}

}  // namespace

template <typename Stored, typename Number, typename Convert>
void ValueDifference::add_numbers(const std::byte* a, const std::byte* b, std::size_t size_bytes,
                                  const Convert& convert) {
  const auto numbers = [&](const std::byte* bytes) {
    std::vector<Stored> stored(size_bytes / sizeof(Stored));
    std::memcpy(stored.data(), bytes, stored.size() * sizeof(Stored));
    std::vector<Number> converted(stored.size());
    std::ranges::transform(stored, converted.begin(), convert);
    return converted;
  };
  const Difference part = difference_of(numbers(a), numbers(b));
  max_abs_ = std::max(max_abs_, part.max_abs);
  peak_ = std::max(peak_, part.reference_peak);
  nonfinite_ += static_cast<std::int64_t>(part.nonfinite_mismatches);
}

void ValueDifference::add(const std::byte* a, const std::byte* b, std::size_t size_bytes) {
  using std::int64_t;
  if (!dtype_) return;
  const auto add_integers = [&]<typename Stored>(Stored) {
    add_numbers<Stored, int64_t>(a, b, size_bytes, as<int64_t, Stored>);
  };
  switch (*dtype_) {
    case Dtype::float32:
    case Dtype::complex64:
      return add_numbers<float, float>(a, b, size_bytes, as<float, float>);
    case Dtype::float64:
    case Dtype::complex128:
      return add_numbers<double, double>(a, b, size_bytes, as<double, double>);
    case Dtype::float16:
      return add_numbers<std::uint16_t, float>(a, b, size_bytes, from_float16);
    case Dtype::bfloat16:
      return add_numbers<std::uint16_t, float>(a, b, size_bytes, from_bfloat16);
    case Dtype::int64:
      return add_integers(int64_t{});
    case Dtype::int32:
      return add_integers(std::int32_t{});
    case Dtype::int16:
      return add_integers(std::int16_t{});
    case Dtype::int8:
      return add_integers(std::int8_t{});
    case Dtype::uint8:
    case Dtype::boolean:
      return add_integers(std::uint8_t{});
  }
}

std::optional<double> ValueDifference::max_abs() const {
  return dtype_ ? std::optional(max_abs_) : std::nullopt;
}

std::optional<double> ValueDifference::max_abs_to_peak() const {
  return dtype_ && peak_ > 0.0 ? std::optional(max_abs_ / peak_) : std::nullopt;
}

}  // namespace tsctl
