#pragma once

#include <cstddef>
#include <vector>

namespace tsctl {

// Share of the values at either end that a trimmed mean leaves out: one of ten, none of nine.
inline constexpr double kTrimmedShare = 0.1;

std::size_t trimmed_at_each_end(std::size_t values) noexcept;

// Orders `values`, of which there is at least one.
double trimmed_mean(std::vector<double>& values);

// The standard deviation that divided by sqrt(n) is the trimmed mean's standard error (Tukey and McLaughlin 1963, "Less
// vulnerable confidence and significance procedures for location based on a single sample"): of the values with those at
// the ends moved to the nearest that stay, over the share that stays. 0 for fewer than two values.
double trimmed_deviation(std::vector<double> values);

// The usual one, over n - 1; 0 for fewer than two values.
double sample_deviation(const std::vector<double>& values);

}  // namespace tsctl
