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
  double block_deviation = 0.0;   // mean within-launch standard deviation of the block log-ratios
  std::size_t pairs = 0;
  std::size_t launches = 0;
};

// With 5 launches the expanded level is 0.1% at each end, so that 10,000 replicates leave about 10 beyond it.
inline constexpr std::size_t kResamples = 10'000;

// Ratio of arm to base from paired blocks. `log_ratios[launch][round]` is log(time of arm / time of base).
// The estimate is the mean over launches of each launch's median; the interval is a two-level bootstrap, launches
// with replacement and then rounds within them, widened for few launches as in Hesterberg 2015 ("What Teachers
// Should Know About the Bootstrap", expanded percentile interval). Launches without rounds are left out.
// The same seed gives the same interval. Throws std::invalid_argument when no launch has a round or a log-ratio is not
// finite.
RatioEstimate estimate_ratio(const std::vector<std::vector<double>>& log_ratios, std::uint64_t seed,
                             std::size_t resamples = kResamples);

}  // namespace tsctl
