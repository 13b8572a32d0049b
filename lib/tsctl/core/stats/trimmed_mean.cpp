#include "tsctl/core/stats/trimmed_mean.h"

#include <algorithm>
#include <numeric>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

// Replaces the `cut` smallest values by the next larger one, and the `cut` largest by the next smaller one.
void winsorize(std::vector<double>& values, std::size_t cut) {
  std::ranges::sort(values);
  const std::size_t last = values.size() - 1;
  for (std::size_t i = 0; i < cut; ++i) {
    values[i] = values[cut];
    values[last - i] = values[last - cut];
  }
}

}  // namespace

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
  const auto n = static_cast<double>(values.size());
  winsorize(values, cut);
  return standard_deviation(values) / (1.0 - 2.0 * static_cast<double>(cut) / n);
}

}  // namespace tsctl
