#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/tensor_difference.h"

namespace {

// Reads both arrays once, so bytes per second are comparable with the machine's memory bandwidth.
template <typename Real>
void compare(benchmark::State& state, Real factor) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<Real> reference(count);
  tsctl::fill_normal({1, 0}, reference.data(), count);
  std::vector<Real> candidate = reference;
  for (Real& value : candidate) value *= factor;
  for (auto _ : state) {
    const tsctl::Difference difference =
        tsctl::difference_between(reference.data(), candidate.data(), count, {1e-5, 0.0}, false);
    benchmark::DoNotOptimize(difference.max_abs);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * count * sizeof(Real)));
}

void equal_floats(benchmark::State& state) { compare<float>(state, 1.0F); }
void floats_that_pass(benchmark::State& state) { compare<float>(state, 1.0F + 1e-6F); }
void floats_that_differ(benchmark::State& state) { compare<float>(state, 1.01F); }
void doubles_that_pass(benchmark::State& state) { compare<double>(state, 1.0 + 1e-6); }

// The exact comparison of integers, which is not vectorized.
void integers(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<std::int64_t> values(count);
  tsctl::fill_integers({1, 0}, values.data(), count, 0, 30'521);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        tsctl::difference_between(values.data(), values.data(), count, {}).same);
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(2 * count * sizeof(std::int64_t)));
}

// The logits of an image, a batch of hidden states, and an output larger than any cache.
constexpr std::int64_t kSizes[] = {1'000, 786'432, 16'777'216};

void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t size : kSizes) benchmark->Arg(size);
}

BENCHMARK(equal_floats)->Apply(sizes);
BENCHMARK(floats_that_pass)->Apply(sizes);
BENCHMARK(floats_that_differ)->Apply(sizes);
BENCHMARK(doubles_that_pass)->Apply(sizes);
BENCHMARK(integers)->Apply(sizes);

}  // namespace
