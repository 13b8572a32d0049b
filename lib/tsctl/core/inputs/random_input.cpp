#include "tsctl/core/inputs/random_input.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace tsctl {

namespace {

// SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"). Its n-th number is a
// hash of state + n * kGolden, so each element can be computed independently.
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15U;

constexpr std::uint64_t mixed(std::uint64_t bits) noexcept {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31);
}

// The number `index` (from 0) of SplitMix64 with the initial state `state`.
constexpr std::uint64_t split_mix(std::uint64_t state, std::uint64_t index) noexcept {
  return mixed(state + (index + 1) * kGolden);
}

constexpr std::uint64_t state_of(const DrawKey& key) noexcept {
  return split_mix(key.seed, key.stream);
}

// [0, 1), 53 bits.
double unit_from_bits(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// Elements 2j and 2j + 1 of a normal sequence: the cosine and the sine of Box and Muller 1958.
std::pair<double, double> normal_pair(std::uint64_t state, std::uint64_t even_index) {
  // 1 - u is in (0, 1], so the logarithm is finite.
  const double radius =
      std::sqrt(-2.0 * std::log(1.0 - unit_from_bits(split_mix(state, even_index))));
  const double angle = 2.0 * std::numbers::pi * unit_from_bits(split_mix(state, even_index + 1));
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

template <typename Real>
void fill_normal_as(const DrawKey& key, Real* data, std::size_t count) {
  const std::uint64_t state = state_of(key);
  for (std::size_t i = 0; i < count; i += 2) {
    const auto [first, second] = normal_pair(state, i);
    data[i] = static_cast<Real>(first);
    if (i + 1 < count) data[i + 1] = static_cast<Real>(second);
  }
}

// Linear interpolation that also works if high - low overflows.
double between(double low, double high, double unit) noexcept {
  const double width = high - low;
  return std::isfinite(width) ? low + unit * width : low * (1.0 - unit) + high * unit;
}

template <typename Real>
void fill_uniform_as(const DrawKey& key, Real* data, std::size_t count, double low, double high) {
  constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
  const std::uint64_t state = state_of(key);
  for (std::size_t i = 0; i < count; ++i) {
    auto value = static_cast<Real>(between(low, high, unit_from_bits(split_mix(state, i))));
    // Rounding may exceed a bound.
    if (static_cast<double>(value) >= high && low < high)
      value = std::nextafter(static_cast<Real>(high), -kInfinity);
    if (static_cast<double>(value) < low) value = std::nextafter(value, kInfinity);
    data[i] = value;
  }
}

}  // namespace

void fill_normal(const DrawKey& key, float* data, std::size_t count) {
  fill_normal_as(key, data, count);
}

void fill_normal(const DrawKey& key, double* data, std::size_t count) {
  fill_normal_as(key, data, count);
}

void fill_uniform(const DrawKey& key, float* data, std::size_t count, double low, double high) {
  fill_uniform_as(key, data, count, low, high);
}

void fill_uniform(const DrawKey& key, double* data, std::size_t count, double low, double high) {
  fill_uniform_as(key, data, count, low, high);
}

void fill_integers(const DrawKey& key, std::int64_t* data, std::size_t count, std::int64_t low,
                   std::int64_t high) {
  using Wide = unsigned __int128;
  const std::uint64_t state = state_of(key);
  // Unsigned arithmetic wraps to the correct number; 0 means all 2^64 values.
  const std::uint64_t values =
      static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = split_mix(state, i);
    // The upper half of the product is uniform in [0, values), with a bias below values / 2^64.
    const auto offset = values == 0 ? bits : static_cast<std::uint64_t>(Wide{bits} * values >> 64);
    data[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
  }
}

}  // namespace tsctl
