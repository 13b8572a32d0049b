#include "tsctl/core/stats/log_shift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostCalls = 16;  // of a block: 256 pairs

std::vector<double> log_times(std::vector<double> times) {
  if (times.size() > kMostCalls) {
    std::sort(times.begin(), times.end());
    std::vector<double> few;
    for (std::size_t i = 0; i < kMostCalls; ++i) {
      const double level = (static_cast<double>(i) + 0.5) / static_cast<double>(kMostCalls);
      few.push_back(times[static_cast<std::size_t>(level * static_cast<double>(times.size()))]);
    }
    times = std::move(few);
  }
  for (double& time : times) time = std::log(time);
  return times;
}

}  // namespace

double log_shift(const std::vector<BlockPair>& blocks) {
  std::vector<double> shifts;
  for (const BlockPair& block : blocks) {
    const std::vector<double> base = log_times(block.base);
    for (const double arm : log_times(block.arm)) {
      for (const double time : base) shifts.push_back(arm - time);
    }
  }
  return median(std::move(shifts));
}

}  // namespace tsctl
