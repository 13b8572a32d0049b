#include "tsctl/core/stats/launch_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "tsctl/core/stats/median_resampler.h"
#include "tsctl/core/stats/special_functions.h"
#include "tsctl/core/stats/trimmed_mean.h"
#include "tsctl/core/stats/uniform_draw.h"

namespace tsctl {

namespace {

constexpr std::size_t kMinResamples = 2'000;
constexpr std::size_t kMaxResamples = 10'000;
// Replicates wanted beyond each end of the interval, so that no single one decides where the end is.
constexpr double kReplicatesInTail = 10.0;

}  // namespace

std::vector<double> bootstrap_means(const std::vector<std::vector<double>>& launches,
                                    std::uint64_t seed, std::size_t resamples) {
  std::map<std::size_t, MedianResampler> resamplers;  // by number of rounds
  std::vector<const MedianResampler*> resampler_of;
  resampler_of.reserve(launches.size());
  for (const std::vector<double>& rounds : launches)
    resampler_of.push_back(&resamplers.try_emplace(rounds.size(), rounds.size()).first->second);

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
  std::ranges::sort(means);
  return means;
}

double expanded_tail(std::size_t launches, double tail) {
  if (launches < 2) return tail;
  const auto n = static_cast<double>(launches);
  const double t = student_t_quantile(tail, launch_degrees_of_freedom(launches));
  return normal_cdf(std::sqrt(n / (n - 1.0)) * t);
}

std::size_t resamples_for_tail(double tail) {
  const double needed = kReplicatesInTail / tail;  // infinite for a tail of 0
  const double resamples =
      std::clamp(needed, static_cast<double>(kMinResamples), static_cast<double>(kMaxResamples));
  return static_cast<std::size_t>(resamples);
}

double launch_degrees_of_freedom(std::size_t launches) {
  return static_cast<double>(launches - 2 * trimmed_at_each_end(launches)) - 1.0;
}

}  // namespace tsctl
