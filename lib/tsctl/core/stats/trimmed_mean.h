#pragma once

#include <cstddef>
#include <vector>

namespace tsctl {

// The share of the values that a trimmed mean omits at each end: one value of ten, none of nine.
inline constexpr double kTrimmedShare = 0.1;

// The number of values that are omitted at each end.
std::size_t trimmed_at_each_end(std::size_t values) noexcept;

// The mean without the smallest and the largest values. Reorders `values`; there must be at least one.
double trimmed_mean(std::vector<double>& values);

// The standard deviation of the Winsorized values, divided by the share of the values that is not trimmed; 0 for
// fewer than two values. Divided by sqrt(n), it is the standard error of the trimmed mean (Tukey and McLaughlin 1963,
// "Less vulnerable confidence and significance procedures for location based on a single sample").
double trimmed_deviation(std::vector<double> values);

}  // namespace tsctl
