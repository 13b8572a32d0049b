#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tsctl {

// The p-quantile, 0 <= p <= 1, by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
// "Sample Quantiles in Statistical Packages"). Throws std::invalid_argument if there are no samples or p is out of
// range.
double quantile(std::vector<double> samples, double p);

// The same for samples in ascending order, in constant time.
double quantile_of_sorted(const std::vector<double>& sorted, double p);

// The 0.5-quantile. median_if_any() returns nullopt if there are no samples.
double median(std::vector<double> samples);
std::optional<double> median_if_any(std::vector<double> samples);

// The arithmetic mean. There must be at least one sample.
double mean(const std::vector<double>& samples);

// The sample standard deviation, with n - 1 in the denominator; 0 for fewer than two samples.
double standard_deviation(const std::vector<double>& samples);

// The interquartile range divided by the median, which the report calls "spread"; 0 if the median is 0.
double relative_spread(std::vector<double> samples);

// The report gives a 99th percentile from this many samples on. A 95% upper bound of it exists from 299 samples on,
// because 0.99^299 <= 0.05 (see samples_for_quantile).
inline constexpr std::size_t kMinSamplesForP99 = 300;

}  // namespace tsctl
