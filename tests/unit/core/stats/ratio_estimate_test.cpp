#include "tsctl/core/stats/ratio_estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {
namespace {

using Launches = std::vector<std::vector<double>>;

TEST(EstimateRatio, is_the_mean_of_the_launch_medians) {
  const Launches launches{{std::log(1.1), std::log(9.0), std::log(1.0)}, {std::log(1.3)}, {}};
  const RatioEstimate estimate = estimate_ratio(launches, 0);
  EXPECT_DOUBLE_EQ(estimate.ratio, std::sqrt(1.1 * 1.3));
  EXPECT_EQ(estimate.rounds, 4U);
  EXPECT_EQ(estimate.launches, 2U);
}

TEST(EstimateRatio, leaves_a_tenth_of_the_launches_out_at_either_end) {
  Launches launches;
  for (const double value : {0.5, 0.01, 0.02, 0.03, 0.0, 0.02, 0.01, 0.03, 0.02, -4.0})
    launches.push_back({value, value, value});
  const RatioEstimate estimate = estimate_ratio(launches, 1);
  EXPECT_NEAR(std::log(estimate.ratio), 0.14 / 8.0, 1e-12);
  EXPECT_LT(std::log(estimate.interval.high), 0.04);  // of the mean: 0.9
  EXPECT_GT(std::log(estimate.interval.low), -0.01);
  EXPECT_GT(estimate.launch_deviation, 1.0);  // not trimmed
  launches.pop_back();
  double mean = 0.0;
  for (const std::vector<double>& launch : launches) mean += launch[0] / 9.0;
  EXPECT_NEAR(std::log(estimate_ratio(launches, 1).ratio), mean, 1e-12);
}

TEST(EstimateRatio, separates_the_deviation_between_launches_from_that_within) {
  const RatioEstimate between = estimate_ratio({{0.1, 0.1, 0.1}, {0.3, 0.3, 0.3}}, 0);
  EXPECT_NEAR(between.launch_deviation, std::sqrt(0.02), 1e-15);
  EXPECT_NEAR(between.round_deviation, 0.0, 1e-15);
  const RatioEstimate within = estimate_ratio({{-0.1, 0.0, 0.1}, {-0.1, 0.0, 0.1}}, 0);
  EXPECT_NEAR(within.launch_deviation, 0.0, 1e-15);
  EXPECT_NEAR(within.round_deviation, 0.1, 1e-15);
}

TEST(EstimateRatio, has_an_empty_interval_for_equal_rounds) {
  const RatioEstimate estimate = estimate_ratio(Launches(5, std::vector<double>(12, 0.0)), 0);
  EXPECT_EQ(estimate.ratio, 1.0);
  EXPECT_EQ(estimate.interval.low, 1.0);
  EXPECT_EQ(estimate.interval.high, 1.0);
}

TEST(EstimateRatio, refuses_input_without_an_estimate) {
  EXPECT_THROW(estimate_ratio({}, 0), std::invalid_argument);
  EXPECT_THROW(estimate_ratio({{}, {}}, 0), std::invalid_argument);
  EXPECT_THROW(estimate_ratio({{0.0, std::numeric_limits<double>::infinity()}}, 0),
               std::invalid_argument);
  EXPECT_THROW(estimate_ratio({{std::numeric_limits<double>::quiet_NaN()}}, 0),
               std::invalid_argument);
}

// Simulated sessions. Everything is seeded, so each count below is the same in every run.
class Experiments {
 public:
  Experiments(double effect, double launch_deviation, double round_deviation)
      : effect_(effect), launch_deviation_(launch_deviation), round_deviation_(round_deviation) {}

  Launches draw(std::size_t launches, std::size_t rounds) {
    Launches drawn(launches);
    for (std::vector<double>& launch : drawn) {
      // One normal number for the launch, then one for each of its rounds.
      std::vector<double> normal(rounds + 1);
      fill_normal({20'240'601, next_stream_++}, normal.data(), normal.size());
      const double offset = std::log1p(effect_) + launch_deviation_ * normal[0];
      for (std::size_t i = 1; i <= rounds; ++i)
        launch.push_back(offset + round_deviation_ * normal[i]);
    }
    return drawn;
  }

 private:
  double effect_;
  double launch_deviation_;
  double round_deviation_;
  std::uint64_t next_stream_ = 0;
};

TEST(EstimateRatio, gives_the_same_interval_for_the_same_seed) {
  const Launches launches = Experiments(0.0, 0.006, 0.01).draw(5, 12);
  const RatioEstimate first = estimate_ratio(launches, 7);
  const RatioEstimate again = estimate_ratio(launches, 7);
  const RatioEstimate other = estimate_ratio(launches, 8);
  EXPECT_EQ(first.interval.low, again.interval.low);
  EXPECT_EQ(first.interval.high, again.interval.high);
  EXPECT_NE(first.interval.low, other.interval.low);
}

TEST(EstimateRatio, depends_little_on_the_seed_by_default) {
  const Launches launches = Experiments(0.0, 0.006, 0.01).draw(5, 12);
  std::vector<double> widths;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Interval interval = estimate_ratio(launches, seed).interval;
    widths.push_back(interval.high - interval.low);
  }
  EXPECT_LT(quantile(widths, 1.0) / quantile(widths, 0.0), 1.15);
}

TEST(EstimateRatio, is_inverted_when_the_arms_are_swapped) {
  Launches launches = Experiments(0.03, 0.006, 0.01).draw(5, 12);
  const RatioEstimate forth = estimate_ratio(launches, 1);
  for (std::vector<double>& launch : launches) {
    for (double& value : launch) value = -value;
  }
  const RatioEstimate back = estimate_ratio(launches, 1);
  EXPECT_DOUBLE_EQ(forth.ratio * back.ratio, 1.0);
  EXPECT_NEAR(forth.interval.low * back.interval.high, 1.0, 0.002);
}

TEST(EstimateRatio, is_independent_of_the_order_of_the_rounds) {
  const RatioEstimate ascending = estimate_ratio({{0.1, 0.2, 0.3}, {0.0, 0.1}}, 3);
  const RatioEstimate shuffled = estimate_ratio({{0.3, 0.1, 0.2}, {0.1, 0.0}}, 3);
  EXPECT_EQ(ascending.interval.low, shuffled.interval.low);
  EXPECT_EQ(ascending.interval.high, shuffled.interval.high);
}

struct Outcome {
  int covered = 0;
  int slower = 0;
  int decided_wrongly = 0;  // faster, or for equal arms slower
};

Outcome outcome_of(Experiments experiments, double truth, std::size_t launches, std::size_t rounds,
                   int runs) {
  Outcome outcome;
  for (int run = 0; run < runs; ++run) {
    const RatioEstimate estimate =
        estimate_ratio(experiments.draw(launches, rounds), static_cast<std::uint64_t>(run));
    const SpeedVerdict verdict = speed_verdict(estimate.interval, 0.01);
    outcome.covered += estimate.interval.low <= truth && truth <= estimate.interval.high ? 1 : 0;
    outcome.slower += verdict == SpeedVerdict::slower ? 1 : 0;
    outcome.decided_wrongly +=
        verdict == SpeedVerdict::faster || (truth == 1.0 && verdict == SpeedVerdict::slower);
  }
  return outcome;
}

TEST(EstimateRatio, covers_the_truth_when_equal_arms_differ_by_launch) {
  const Outcome outcome = outcome_of(Experiments(0.0, 0.006, 0.01), 1.0, 5, 12, 60);
  EXPECT_GE(outcome.covered, 56);  // 93%
  EXPECT_EQ(outcome.decided_wrongly, 0);
}

TEST(EstimateRatio, covers_the_truth_when_nearly_all_noise_is_between_launches) {
  const Outcome outcome = outcome_of(Experiments(0.0, 0.006, 0.001), 1.0, 5, 12, 100);
  EXPECT_GE(outcome.covered, 92);
  EXPECT_LE(outcome.decided_wrongly, 5);  // the promise of at most 5% false alarms
}

TEST(EstimateRatio, covers_the_truth_with_fewer_launches_than_the_bootstrap_needs) {
  for (const std::size_t launches : {2U, 3U, 4U}) {
    EXPECT_GE(outcome_of(Experiments(0.0, 0.006, 0.001), 1.0, launches, 12, 100).covered, 90)
        << launches;
  }
}

TEST(EstimateRatio, covers_the_truth_with_launches_that_are_trimmed) {
  for (const std::size_t launches : {10U, 20U, 50U}) {
    const Outcome outcome = outcome_of(Experiments(0.0, 0.006, 0.01), 1.0, launches, 5, 200);
    EXPECT_GE(outcome.covered, 184) << launches;  // 92%
    EXPECT_LE(outcome.covered, 198) << launches;
  }
}

TEST(EstimateRatio, does_not_count_the_noise_of_rounds_twice) {
  // Launches that are alike: an interval of 95% must miss the truth now and then.
  const Outcome outcome = outcome_of(Experiments(0.0, 0.0, 0.01), 1.0, 10, 12, 200);
  EXPECT_GE(outcome.covered, 184);  // 92%
  EXPECT_LE(outcome.covered, 198);  // 99%; drawing both levels as they are covers all 200
}

// Replaces a share of the rounds by outliers on either side.
Launches disturbed(Launches launches, double share, std::uint64_t stream) {
  for (std::size_t i = 0; i < launches.size(); ++i) {
    std::vector<double> uniform(2 * launches[i].size());
    fill_uniform({77, 1000 * stream + i}, uniform.data(), uniform.size(), 0.0, 1.0);
    for (std::size_t round = 0; round < launches[i].size(); ++round) {
      if (uniform[2 * round] < share)
        launches[i][round] += uniform[2 * round + 1] < 0.5 ? -0.5 : 0.7;
    }
  }
  return launches;
}

struct Widths {
  int covered = 0;
  double half_width = 0.0;  // the mean
};

Widths widths_of_disturbed(double share) {
  constexpr int kRuns = 200;
  Experiments experiments(0.013, 0.006, 0.01);
  Widths widths;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(run);
    const RatioEstimate estimate =
        estimate_ratio(disturbed(experiments.draw(90, 3), share, seed), seed);
    widths.covered += estimate.interval.low <= 1.013 && 1.013 <= estimate.interval.high ? 1 : 0;
    widths.half_width += (estimate.interval.high - estimate.interval.low) / 2.0 / kRuns;
  }
  return widths;
}

TEST(EstimateRatio, widens_little_for_some_outlying_rounds) {
  const Widths calm = widths_of_disturbed(0.0);
  EXPECT_NEAR(calm.half_width, 0.0019, 0.0002);  // 1.99 sqrt(0.006^2 + 0.0067^2) / sqrt(90)
  const Widths some_wild = widths_of_disturbed(0.05);
  EXPECT_GE(some_wild.covered, 184);  // 92% of 200
  EXPECT_LT(some_wild.half_width, 1.25 * calm.half_width);
}

TEST(EstimateRatio, covers_the_truth_with_many_outlying_rounds) {
  EXPECT_GE(widths_of_disturbed(0.15).covered, 184);
}

TEST(EstimateRatio, keeps_a_width_if_a_coarse_clock_makes_launches_agree) {
  const Launches launches(6, {0.0, 0.0, 0.02, -0.02, 0.02, -0.02, 0.0});
  const RatioEstimate estimate = estimate_ratio(launches, 1);
  EXPECT_EQ(estimate.launch_deviation, 0.0);
  EXPECT_LT(estimate.interval.low, 0.999);
  EXPECT_GT(estimate.interval.high, 1.001);
}

TEST(EstimateRatio, is_wider_at_a_higher_confidence) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0.0, 0.01);
  std::vector<std::vector<double>> launches(5, std::vector<double>(12));
  for (auto& rounds : launches) {
    const double level = noise(random);
    for (double& ratio : rounds) ratio = level + noise(random);
  }
  const RatioEstimate usual = estimate_ratio(launches, 1);
  const RatioEstimate strict = estimate_ratio(launches, 1, 0, 0.99);
  EXPECT_EQ(usual.ratio, strict.ratio);
  EXPECT_LT(strict.interval.low, usual.interval.low);
  EXPECT_GT(strict.interval.high, usual.interval.high);
}

TEST(EstimateRatio, finds_three_percent) {
  const Outcome outcome = outcome_of(Experiments(0.03, 0.006, 0.01), 1.03, 5, 12, 60);
  EXPECT_GE(outcome.slower, 51);  // 85%
  EXPECT_EQ(outcome.decided_wrongly, 0);
}

}  // namespace
}  // namespace tsctl
