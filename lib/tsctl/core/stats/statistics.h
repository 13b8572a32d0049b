#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tsctl {

// The p-quantile (0 <= p <= 1) by linear interpolation between order statistics (Hyndman and Fan 1996, type 7).
// Throws std::invalid_argument for no samples.
double quantile(std::vector<double> samples, double p);
double median(std::vector<double> samples);

// Interquartile range over median, the report's "spread"; 0 when the median is 0.
double relative_spread(const std::vector<double>& samples);

// Fewest samples for which a 95% upper bound of the 99th percentile exists: 0.99^n <= 0.05 (order statistics).
inline constexpr std::size_t kMinSamplesForP99 = 300;

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

// The median ratio of two arms and its confidence interval.
struct RatioEstimate {
  double ratio = 1.0;             // time of the second over time of the first; below 1 is faster
  Interval interval = {};         // 95%, of the ratio
  double launch_deviation = 0.0;  // standard deviation of the launches' median log-ratios
  double block_deviation = 0.0;   // mean within-launch standard deviation of the round log-ratios
  std::size_t pairs = 0;
  std::size_t launches = 0;
};

// Fewest launches whose bootstrap covers 95% by itself; 5 to 9 gave 93%.
inline constexpr std::size_t kMinBootstrapLaunches = 10;

// Ratio of arm to base from paired rounds. `log_ratios[launch][round]` is log(time of arm / time of base).
// The estimate is the mean over launches of each launch's median, without a tenth of them at either end (trimmed_mean.h),
// so that a launch that was disturbed as a whole does not move it. The interval is a two-level bootstrap, launches with
// replacement and then rounds within them, scaled to the variance of a trimmed mean of the launches'
// medians (which the rounds are part of already), and widened for few launches as in Hesterberg 2015 ("What Teachers
// Should Know About the Bootstrap", expanded percentile interval). Below kMinBootstrapLaunches the interval is at
// least Student's t interval of the launches' medians; one launch alone tells nothing about other launches, its
// interval is that of its rounds. Launches without rounds are left out.
// `resamples` is the number of replicates; 0 takes as many as the level needs, 2000 to 10,000. `confidence` is the
// interval's; at levels that few launches cannot reach with replicates, Student's interval is taken as well.
// The same seed gives the same interval. Throws std::invalid_argument when no launch has a round or a log-ratio is not
// finite.
RatioEstimate estimate_ratio(const std::vector<std::vector<double>>& log_ratios, std::uint64_t seed,
                             std::size_t resamples = 0, double confidence = 0.95);

}  // namespace tsctl
