#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/stats/percentile.h"

namespace {

// The percentiles of an arm in a report, with their intervals. Includes sorting the calls.
void percentiles_with_intervals(benchmark::State& state) {
  std::vector<double> calls(static_cast<std::size_t>(state.range(0)));
  tsctl::fill_normal({1, 0}, calls.data(), calls.size());
  for (double& call : calls) call = std::exp(0.1 * call);
  for (auto _ : state) {
    std::vector<double> sorted = calls;
    std::ranges::sort(sorted);
    for (const double p : std::array{0.5, 0.9, 0.95, 0.99, 0.999})
      benchmark::DoNotOptimize(tsctl::quantile_interval(sorted, p));
  }
}
BENCHMARK(percentiles_with_intervals)
    ->Arg(300)
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
