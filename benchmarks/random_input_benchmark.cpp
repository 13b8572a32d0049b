#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "tsctl/core/inputs/random_input.h"

namespace {

// One image of 3 x 224 x 224, and a batch of 32.
constexpr std::int64_t kImage = 150'528;
constexpr std::int64_t kBatch = 32 * kImage;

void normal_floats(benchmark::State& state) {
  std::vector<float> data(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    tsctl::fill_normal({1, 0}, data.data(), data.size());
    benchmark::DoNotOptimize(data.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(normal_floats)->Arg(kImage)->Arg(kBatch);

void integers(benchmark::State& state) {
  std::vector<std::int64_t> data(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    tsctl::fill_integers({1, 0}, data.data(), data.size(), 0, 30'521);
    benchmark::DoNotOptimize(data.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(integers)->Arg(kImage);

}  // namespace
