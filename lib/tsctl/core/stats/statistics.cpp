#include "tsctl/core/stats/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace tsctl {

namespace {

// The position of a quantile between two order statistics, counted from 0.
struct QuantilePosition {
  std::size_t below = 0;
  double fraction = 0.0;  // of the way to the next order statistic
};

QuantilePosition quantile_position(std::size_t count, double p) {
  if (count == 0) throw std::invalid_argument("a quantile needs at least one sample");
  if (!(p >= 0.0 && p <= 1.0)) throw std::invalid_argument("a quantile needs 0 <= p <= 1");
  const double position = p * static_cast<double>(count - 1);
  const auto below = static_cast<std::size_t>(position);
  return {below, position - static_cast<double>(below)};
}

double interpolate(double low, double high, double fraction) {
  return low + fraction * (high - low);
}

}  // namespace

double quantile(std::vector<double> samples, double p) {
  const auto [below, fraction] = quantile_position(samples.size(), p);
  const auto low = samples.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(samples.begin(), low, samples.end());
  if (fraction == 0.0) return *low;
  return interpolate(*low, *std::min_element(low + 1, samples.end()), fraction);
}

double quantile_of_sorted(const std::vector<double>& sorted, double p) {
  const auto [below, fraction] = quantile_position(sorted.size(), p);
  if (fraction == 0.0) return sorted[below];
  return interpolate(sorted[below], sorted[below + 1], fraction);
}

double median(std::vector<double> samples) { return quantile(std::move(samples), 0.5); }

std::optional<double> median_if_any(std::vector<double> samples) {
  if (samples.empty()) return std::nullopt;
  return median(std::move(samples));
}

double mean(const std::vector<double>& samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}

double standard_deviation(const std::vector<double>& samples) {
  if (samples.size() < 2) return 0.0;
  const double center = mean(samples);
  double squares = 0.0;
  for (const double sample : samples) squares += (sample - center) * (sample - center);
  return std::sqrt(squares / static_cast<double>(samples.size() - 1));
}

double relative_spread(std::vector<double> samples) {
  std::ranges::sort(samples);
  const double middle = quantile_of_sorted(samples, 0.5);
  if (middle == 0.0) return 0.0;
  return (quantile_of_sorted(samples, 0.75) - quantile_of_sorted(samples, 0.25)) / middle;
}

}  // namespace tsctl
