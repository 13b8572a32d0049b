#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tsctl {

// Replicates of the trimmed mean of the launches' medians, in ascending order. For each replicate, launches are drawn
// with replacement, then the rounds of each drawn launch. `launches[launch][round]` has at least one launch, and
// every launch has rounds in ascending order.
std::vector<double> bootstrap_means(const std::vector<std::vector<double>>& launches,
                                    std::uint64_t seed, std::size_t resamples);

// The tail probability at which to take percentiles of the replicates, so that the interval has probability `tail`
// beyond each end: Phi(sqrt(n / (n - 1)) * t_tail) (Hesterberg 2015, "What Teachers Should Know About the Bootstrap",
// section 5.1, expanded percentile interval). Plain percentiles give too narrow an interval, because replicates vary
// as if the variance had n in the denominator instead of n - 1, and because Student's t is wider than the normal
// distribution.
double expanded_tail(std::size_t launches, double tail);

// The number of replicates that percentiles at this tail need, 2,000 to 10,000.
std::size_t resamples_for_tail(double tail);

// The degrees of freedom of the trimmed mean: the number of launches that are not trimmed, minus one.
double launch_degrees_of_freedom(std::size_t launches);

}  // namespace tsctl
