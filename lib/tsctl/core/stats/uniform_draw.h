#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace tsctl {

// A number in [0, 1) from the upper 53 of uniform random bits.
inline double unit_from_bits(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// A uniform random number in [0, count) that is the same on every platform, unlike std::uniform_int_distribution's.
// Its bias is below count / 2^64.
std::size_t index_below(std::size_t count, std::mt19937_64& random);

}  // namespace tsctl
