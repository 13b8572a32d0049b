#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tsctl/core/stats/interval.h"

namespace tsctl {

// The smallest number of samples whose largest value is above the p-quantile with this confidence: the smallest n with
// p^n <= 1 - confidence. Requires 0 < p < 1.
std::size_t samples_for_quantile(double p, double confidence = 0.95);

// A distribution-free confidence interval of the p-quantile: two order statistics that contain it with at least this
// confidence (David and Nagaraja, Order Statistics, 3rd ed., section 7.1; the number of samples below a quantile is
// binomial). The ranks are chosen so that both tails are as equal as possible. Returns nullopt if the samples are too
// few for both ends. `sorted` is in ascending order.
std::optional<Interval> quantile_interval(const std::vector<double>& sorted, double p,
                                          double confidence = 0.95);

}  // namespace tsctl
