#pragma once

#include <cstddef>
#include <cstdint>

namespace tsctl {

// The key of a counter-based random generator. Python and the engine draw the same numbers from it on every machine,
// and it does not use LibTorch's global generators, which would initialize CUDA.
struct DrawKey {
  std::uint64_t seed = 0;    // the user's --seed
  std::uint64_t stream = 0;  // a number for each input of each input set
};

// Fill `count` elements. Element i depends on (seed, stream, i) only, so a longer fill begins with the shorter one.
// The bits come from SplitMix64; the stream s of a seed is the sequence whose initial state is the s-th number (from
// 0) of the seed's own sequence. Normal: N(0, 1) by Box-Muller. Uniform: real numbers exclude the upper bound unless
// low == high. Integers: both bounds are inclusive.
void fill_normal(const DrawKey& key, float* data, std::size_t count);
void fill_normal(const DrawKey& key, double* data, std::size_t count);
void fill_uniform(const DrawKey& key, float* data, std::size_t count, double low, double high);
void fill_uniform(const DrawKey& key, double* data, std::size_t count, double low, double high);
void fill_integers(const DrawKey& key, std::int64_t* data, std::size_t count, std::int64_t low,
                   std::int64_t high);

}  // namespace tsctl
