#pragma once

#include <vector>

namespace tsctl {

// The two sources of variation of log-ratios, as standard deviations.
struct RatioVariation {
  double launches = 0.0;  // between launches, without the part that their rounds cause
  double rounds = 0.0;    // between the rounds of a launch
  double medians = 0.0;   // of a launch's median, as far as its rounds cause it
};

// Estimates them from `log_ratios[launch][round]`. The estimates are robust against single outliers: the deviation of
// a launch's rounds is their interquartile range divided by that of the standard normal distribution, with a
// correction for few rounds; `rounds` is the median of these over the launches; `launches` comes from the trimmed
// deviation (trimmed_mean.h) of the launches' medians. Launches without rounds are ignored; launches of one round do
// not contribute to `rounds`. With fewer than two launches `launches` is 0.
RatioVariation ratio_variation(const std::vector<std::vector<double>>& log_ratios);

// The variance of the median of n standard normal values: pi / (2 n) for large n, within 3% for n >= 2 (simulated).
double median_variance(double n);

}  // namespace tsctl
