#pragma once

#include <cstddef>
#include <cstdint>

namespace tsctl {

// A counter-based generator of our own, so that the embedded Python and the engine draw the same numbers for a
// seed on every machine, and LibTorch's global generators (which touch CUDA) stay untouched.
// `seed` is the user's --seed, `stream` tells the inputs of one call, and of several sets, apart.
struct DrawKey {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
};

// Element i depends on (seed, stream, i) alone: a longer fill begins with the shorter one. The bits are SplitMix64's;
// stream s of a seed is the sequence started with the s-th number (from 0) of the seed's own sequence.
// Fill `count` elements. Normal is N(0, 1) by Box-Muller; uniform includes both ends for integers and
// excludes the upper one for reals unless low == high.
void fill_normal(const DrawKey& key, float* data, std::size_t count);
void fill_normal(const DrawKey& key, double* data, std::size_t count);
void fill_uniform(const DrawKey& key, float* data, std::size_t count, double low, double high);
void fill_uniform(const DrawKey& key, double* data, std::size_t count, double low, double high);
void fill_integers(const DrawKey& key, std::int64_t* data, std::size_t count, std::int64_t low,
                   std::int64_t high);

}  // namespace tsctl
