#include "tsctl/core/stats/hodges_lehmann.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr std::size_t kMaxCalls = 16;  // of a block: 256 pairs

// Evenly spaced quantiles, kMaxCalls of them.
std::vector<double> representative_times(std::vector<double> times) {
  std::ranges::sort(times);
  std::vector<double> quantiles;
  for (std::size_t i = 0; i < kMaxCalls; ++i) {
    const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(kMaxCalls);
    quantiles.push_back(quantile_of_sorted(times, p));
  }
  return quantiles;
}

std::vector<double> log_times(std::vector<double> times) {
  if (times.size() > kMaxCalls) times = representative_times(std::move(times));
  for (double& time : times) time = std::log(time);
  return times;
}

}  // namespace

double hodges_lehmann_log_ratio(const std::vector<BlockPair>& blocks) {
  std::vector<double> log_ratios;
  for (const BlockPair& block : blocks) {
    const std::vector<double> base = log_times(block.base);
    for (const double arm_time : log_times(block.arm)) {
      for (const double base_time : base) log_ratios.push_back(arm_time - base_time);
    }
  }
  return median(std::move(log_ratios));
}

}  // namespace tsctl
