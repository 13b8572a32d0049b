#include <benchmark/benchmark.h>

#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/stats/ratio_estimate.h"
#include "tsctl/core/stats/statistics.h"

namespace {

std::vector<std::vector<double>> made_up_log_ratios(std::size_t launches, std::size_t rounds) {
  std::vector<std::vector<double>> log_ratios(launches, std::vector<double>(rounds));
  std::uint64_t stream = 0;
  for (std::vector<double>& launch : log_ratios) {
    tsctl::fill_normal({1, stream++}, launch.data(), launch.size());
    for (double& value : launch) value *= 0.01;
  }
  return log_ratios;
}

// The interval of the ratio of two arms, for (launches, rounds per launch).
void ratio_interval(benchmark::State& state) {
  const auto log_ratios = made_up_log_ratios(static_cast<std::size_t>(state.range(0)),
                                             static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(tsctl::estimate_ratio(log_ratios, 0).interval);
}

// A default session, a long one, and about 10,000 rounds in three arrangements.
BENCHMARK(ratio_interval)
    ->Args({5, 12})
    ->Args({10, 60})
    ->Args({1, 10'000})
    ->Args({5, 2'000})
    ->Args({800, 12})
    ->Unit(benchmark::kMillisecond);

void p99_of_samples(benchmark::State& state) {
  std::vector<double> samples(static_cast<std::size_t>(state.range(0)));
  tsctl::fill_normal({1, 0}, samples.data(), samples.size());
  for (auto _ : state) benchmark::DoNotOptimize(tsctl::quantile(samples, 0.99));
}
BENCHMARK(p99_of_samples)->Arg(300)->Arg(10'000);

}  // namespace
