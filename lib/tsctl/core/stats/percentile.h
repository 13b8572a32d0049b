#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

// quantile() of samples that are in ascending order already; at least one.
double quantile_of_sorted(const std::vector<double>& sorted, double p);

// Fewest independent samples of which the largest lies above the p-quantile with this confidence: p^n <= 1 -
// confidence. 0 < p < 1.
std::size_t samples_for_quantile(double p, double confidence = 0.95);

// A distribution-free interval of the p-quantile: two order statistics between which it lies with at least this
// confidence (David and Nagaraja, Order Statistics, 3rd ed., 7.1; the count of samples below a quantile is binomial).
// The tails are as equal as ranks allow. None when there are too few samples for a finite upper end; the lower end is
// then no end either. `sorted` is ascending.
std::optional<Interval> quantile_interval(const std::vector<double>& sorted, double p,
                                          double confidence = 0.95);

}  // namespace tsctl
