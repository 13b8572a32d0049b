#include "tsctl/core/stats/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <stdexcept>

#include "tsctl/core/stats/launch_plan.h"
#include "tsctl/core/stats/median_resampler.h"
#include "tsctl/core/stats/special_functions.h"
#include "tsctl/core/stats/trimmed_mean.h"

namespace tsctl {

namespace {

constexpr std::size_t kMinResamples = 2'000;
constexpr std::size_t kMaxResamples = 10'000;
// Fewest launches whose medians tell how launches deviate; with fewer the wider interval of both levels stands.
constexpr std::size_t kMinScaledLaunches = 5;
// Share of what rounds alone give to the launches' medians below which their deviation is not believed.
constexpr double kLeastOfRounds = 0.5;
constexpr double kReplicatesBeyond =
    10.0;  // that should lie beyond each end, so that it does not hang on one

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double median_of_sorted(const std::vector<double>& sorted) noexcept {
  const std::size_t upper = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[upper] : 0.5 * (sorted[upper - 1] + sorted[upper]);
}

std::vector<std::vector<double>> sorted_launches(
    const std::vector<std::vector<double>>& log_ratios) {
  std::vector<std::vector<double>> launches;
  for (const std::vector<double>& rounds : log_ratios) {
    if (rounds.empty()) continue;
    if (!std::all_of(rounds.begin(), rounds.end(),
                     [](double value) { return std::isfinite(value); })) {
      throw std::invalid_argument("a log-ratio is not finite");
    }
    launches.push_back(rounds);
    std::sort(launches.back().begin(), launches.back().end());
  }
  if (launches.empty()) throw std::invalid_argument("there is no launch with a round");
  return launches;
}

double degrees_of_freedom(std::size_t launches) {
  return static_cast<double>(launches - 2 * trimmed_at_each_end(launches)) - 1.0;
}

// Hesterberg 2015, section 5.1: percentiles of a bootstrap are too narrow for n observations, because replicates
// vary as if the variance were divided by n instead of n - 1 and because t is wider than the normal. Both are undone by
// going further out: Phi(-sqrt(n / (n - 1)) * t) with t the quantile of the launches that are not trimmed, less one.
double expanded_tail(std::size_t launches, double tail) {
  if (launches < 2) return tail;
  const auto n = static_cast<double>(launches);
  return normal_cdf(std::sqrt(n / (n - 1.0)) *
                    student_t_quantile(tail, degrees_of_freedom(launches)));
}

// 0.1% beyond each end of the interval of 5 launches takes all of kMaxResamples, 2.5% the fewest.
std::size_t needed_resamples(double tail) {
  const double needed = kReplicatesBeyond / std::max(tail, kReplicatesBeyond / kMaxResamples);
  return std::clamp(static_cast<std::size_t>(needed), kMinResamples, kMaxResamples);
}

// Replicates of the trimmed mean of launch medians: launches with replacement, then the rounds of each.
std::vector<double> bootstrap_means(const std::vector<std::vector<double>>& launches,
                                    std::uint64_t seed, std::size_t resamples) {
  std::map<std::size_t, MedianResampler> resamplers;
  std::vector<const MedianResampler*> resampler_of;
  resampler_of.reserve(launches.size());
  for (const std::vector<double>& rounds : launches) {
    resampler_of.push_back(&resamplers.try_emplace(rounds.size(), rounds.size()).first->second);
  }
  std::mt19937_64 random(seed);
  std::vector<double> means(resamples);
  std::vector<double> medians(launches.size());
  for (double& mean : means) {
    for (double& median : medians) {
      const std::size_t launch = index_below(launches.size(), random);
      median = resampler_of[launch]->draw(launches[launch], random);
    }
    mean = trimmed_mean(medians);
  }
  return means;
}

// quantile() without its copy.
double quantile_in_place(std::vector<double>& samples, double p) {
  if (samples.empty()) throw std::invalid_argument("a quantile needs at least one sample");
  if (!(p >= 0.0 && p <= 1.0))
    throw std::invalid_argument("a quantile's level lies between 0 and 1");
  const double position = p * static_cast<double>(samples.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double fraction = position - static_cast<double>(below);
  const auto split = samples.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(samples.begin(), split, samples.end());
  if (fraction == 0.0) return *split;
  return *split + fraction * (*std::min_element(split + 1, samples.end()) - *split);
}

// The launches' medians vary by what their rounds do as well, so drawing both levels counts the rounds twice: intervals up
// to 2.4 times too wide where launches are alike (Davison and Hinkley 1997, section 3.8, meet it by drawing the lower level
// without replacement, which for a median is no draw at all). The replicates keep their shape and get the variance that
// drawing launches alone would give them. Their own deviation is told by their middle 68%: where launches lie far out, a
// few replicates have more of them than the mean leaves out.
void scale_to_launches(std::vector<double>& means, std::size_t launches, double middle,
                       double deviation_of_medians) {
  const auto n = static_cast<double>(launches);
  if (launches < kMinScaledLaunches) return;
  const double deviation = 0.5 * (quantile_in_place(means, normal_cdf(1.0)) -
                                  quantile_in_place(means, normal_cdf(-1.0)));
  if (deviation == 0.0) return;
  const double wanted = deviation_of_medians * std::sqrt((n - 1.0) / n) / std::sqrt(n);
  const double scale = std::min(1.0, wanted / deviation);
  const double replicated = mean_of(means);
  for (double& mean : means) mean = middle + scale * (mean - replicated);
}

// All n launches of a replicate are the same one with probability n^-n. For few launches that is more than the
// expanded tail, so the bootstrap ends too early and Student's interval has to help.
Interval student_interval(std::size_t launches, double middle, double deviation, double tail) {
  const double half_width = -student_t_quantile(tail, degrees_of_freedom(launches)) * deviation /
                            std::sqrt(static_cast<double>(launches));
  return {middle - half_width, middle + half_width};
}

}  // namespace

double quantile(std::vector<double> samples, double p) { return quantile_in_place(samples, p); }

double median(std::vector<double> samples) { return quantile_in_place(samples, 0.5); }

double relative_spread(const std::vector<double>& samples) {
  std::vector<double> scratch = samples;
  const double middle = quantile_in_place(scratch, 0.5);
  if (middle == 0.0) return 0.0;
  const double upper = quantile_in_place(scratch, 0.75);
  return (upper - quantile_in_place(scratch, 0.25)) / middle;
}

RatioEstimate estimate_ratio(const std::vector<std::vector<double>>& log_ratios, std::uint64_t seed,
                             std::size_t resamples, double confidence) {
  const std::vector<std::vector<double>> launches = sorted_launches(log_ratios);
  RatioEstimate estimate;
  estimate.launches = launches.size();

  std::vector<double> medians;
  std::vector<double> deviations;
  for (const std::vector<double>& rounds : launches) {
    estimate.pairs += rounds.size();
    medians.push_back(median_of_sorted(rounds));
    if (rounds.size() > 1) deviations.push_back(sample_deviation(rounds));
  }
  estimate.launch_deviation = sample_deviation(medians);
  const double middle = trimmed_mean(medians);
  estimate.ratio = std::exp(middle);
  estimate.block_deviation = deviations.empty() ? 0.0 : mean_of(deviations);

  const double wanted_tail = (1.0 - confidence) / 2.0;
  const double tail = expanded_tail(launches.size(), wanted_tail);
  std::vector<double> means =
      bootstrap_means(launches, seed, resamples > 0 ? resamples : needed_resamples(tail));
  // Launches that agree better than their rounds allow do so by chance, or because a clock ticks coarsely.
  const double deviation =
      std::max(trimmed_deviation(medians), kLeastOfRounds * variation_of(launches).medians);
  scale_to_launches(means, launches.size(), middle, deviation);
  Interval interval{quantile_in_place(means, tail), quantile_in_place(means, 1.0 - tail)};
  const auto n = static_cast<double>(launches.size());
  if (launches.size() > 1 && (launches.size() < kMinBootstrapLaunches || tail < std::pow(n, -n))) {
    const Interval student = student_interval(launches.size(), middle, deviation, wanted_tail);
    interval = {std::min(interval.low, student.low), std::max(interval.high, student.high)};
  }
  estimate.interval = {std::exp(interval.low), std::exp(interval.high)};
  return estimate;
}

}  // namespace tsctl
