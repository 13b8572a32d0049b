#include "tsctl/core/stats/trimmed_mean.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tsctl {

std::size_t trimmed_at_each_end(std::size_t values) noexcept {
  return static_cast<std::size_t>(kTrimmedShare * static_cast<double>(values));
}

double trimmed_mean(std::vector<double>& values) {
  const auto cut = static_cast<std::ptrdiff_t>(trimmed_at_each_end(values.size()));
  const auto first = values.begin() + cut;
  const auto last = values.end() - cut;
  if (cut > 0) {
    std::nth_element(values.begin(), first, values.end());
    std::nth_element(first, last, values.end());
  }
  return std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

double trimmed_deviation(std::vector<double> values) {
  if (values.size() < 2) return 0.0;
  const std::size_t cut = trimmed_at_each_end(values.size());
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < cut; ++i) {
    values[i] = values[cut];
    values[values.size() - 1 - i] = values[values.size() - 1 - cut];
  }
  return sample_deviation(values) / (1.0 - 2.0 * static_cast<double>(cut) / n);
}

double sample_deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace tsctl
