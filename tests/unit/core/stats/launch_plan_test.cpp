#include "tsctl/core/stats/launch_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr MeasuringCosts kCosts{.launch_s = 1.0, .round_s = 0.125};
constexpr std::size_t kManyRounds = 1'000'000;
const std::vector<std::size_t> kTwoLaunches(2, 12);

TEST(LaunchPlan, tells_what_launches_add_from_what_rounds_add) {
  // Medians 0 and 0.2, rounds evenly from -0.01 to 0.01 around them: an interquartile range of 0.01.
  const std::vector<double> first{-0.01, -0.005, 0.0, 0.005, 0.01};
  std::vector<double> second;
  for (const double value : first) second.push_back(value + 0.2);
  const RatioVariation variation = variation_of({first, {}, second});
  EXPECT_NEAR(variation.rounds, 0.01 / 1.349 / (1.0 - 1.3 / 5.0), 1e-12);
  const double of_rounds = 3.14159265358979 / 11.0 * variation.rounds * variation.rounds;
  EXPECT_NEAR(variation.launches, std::sqrt(0.02 - of_rounds), 1e-12);
  EXPECT_NEAR(variation.medians, std::sqrt(of_rounds), 1e-12);
}

TEST(LaunchPlan, sees_no_launch_variation_in_one_launch_or_where_rounds_explain_it) {
  EXPECT_EQ(variation_of({}).rounds, 0.0);
  EXPECT_EQ(variation_of({{0.1, 0.2, 0.3}}).launches, 0.0);
  EXPECT_EQ(variation_of({{-1.0, 0.0, 1.0}, {-0.99, 0.01, 1.01}}).launches, 0.0);
}

TEST(LaunchPlan, does_not_let_one_wild_round_decide) {
  std::vector<double> rounds(40, 0.0);
  for (std::size_t i = 0; i < rounds.size(); ++i) rounds[i] = 0.001 * static_cast<double>(i % 4);
  const double calm = variation_of({rounds}).rounds;
  rounds[0] = 5.0;
  EXPECT_NEAR(variation_of({rounds}).rounds, calm, calm);
}

TEST(LaunchPlan, does_not_let_some_wild_launches_decide) {
  std::vector<std::vector<double>> launches;
  for (int i = 0; i < 30; ++i) {
    const double level = 0.001 * (i % 3);
    launches.push_back({level - 0.01, level, level + 0.01});
  }
  const RatioVariation calm = variation_of(launches);
  launches[3] = {-2.0, 0.3, 3.0};
  launches[9] = {0.5, 0.6, 5.0};
  const RatioVariation wild = variation_of(launches);
  EXPECT_DOUBLE_EQ(wild.rounds, calm.rounds);
  EXPECT_DOUBLE_EQ(wild.medians, calm.medians);
  EXPECT_NEAR(wild.launches, calm.launches, 0.001);
}

TEST(LaunchPlan, knows_the_deviation_of_few_rounds) {
  for (const std::size_t rounds : {2U, 3U, 4U, 6U, 12U, 40U}) {
    std::vector<std::vector<double>> launches(2000, std::vector<double>(rounds));
    for (std::size_t i = 0; i < launches.size(); ++i) {
      fill_normal({5, i}, launches[i].data(), rounds);
    }
    EXPECT_NEAR(variation_of(launches).rounds, 1.0, 0.12) << rounds;
    double squares = 0.0;  // of their medians: without variation of launches the rounds give it all
    for (const std::vector<double>& launch : launches) squares += std::pow(median(launch), 2.0);
    EXPECT_NEAR(variation_of(launches).medians / std::sqrt(squares / 2000.0), 1.0, 0.14) << rounds;
  }
}

TEST(LaunchPlan, learns_nothing_of_rounds_from_launches_of_one) {
  const RatioVariation variation = variation_of({{0.1}, {0.2}, {0.0, 0.01}, {0.3}});
  EXPECT_EQ(variation.rounds, variation_of({{0.0, 0.01}}).rounds);
  EXPECT_EQ(variation_of({{0.1}, {0.2}}).rounds, 0.0);
  EXPECT_NEAR(variation_of({{0.1}, {0.2}}).launches, 0.1 / std::sqrt(2.0), 1e-12);
}

TEST(LaunchPlan, gives_few_rounds_to_many_launches_where_launches_differ) {
  const std::size_t calm =
      best_rounds({.launches = 0.0, .rounds = 0.02}, kCosts, {60.0, kManyRounds}, kTwoLaunches, 5);
  const std::size_t differing =
      best_rounds({.launches = 0.02, .rounds = 0.02}, kCosts, {60.0, kManyRounds}, kTwoLaunches, 5);
  EXPECT_GT(calm, 4 * differing);
  EXPECT_GE(differing, kFewestRounds);
}

TEST(LaunchPlan, spends_the_time_that_is_left) {
  // Twelve launches' worth of time and nothing but launches that differ: as many of them as can be had.
  const std::size_t rounds =
      best_rounds({.launches = 0.05, .rounds = 0.0}, kCosts, {16.5, kManyRounds}, kTwoLaunches, 5);
  EXPECT_EQ(rounds, kFewestRounds);
  // Three more launches are due; no further one pays: a third of the time each, less its start.
  EXPECT_EQ(best_rounds({}, kCosts, {15.0, kManyRounds}, kTwoLaunches, 5), 32U);
}

TEST(LaunchPlan, does_not_take_one_long_launch_for_a_cure_of_many_short_ones) {
  // Rounds alone vary, so for new launches alone it would not matter how 300 rounds are divided.
  const std::vector<std::size_t> short_launches(12, kFewestRounds);
  const std::size_t rounds =
      best_rounds({.launches = 0.0, .rounds = 0.01}, {.launch_s = 0.1, .round_s = 0.1},
                  {1000.0, 300}, short_launches, 5);
  EXPECT_LE(rounds, 6U);
}

TEST(LaunchPlan, spends_the_rounds_that_are_left) {
  EXPECT_EQ(best_rounds({}, kCosts, {1000.0, 36}, kTwoLaunches, 5), 12U);
  const RatioVariation differing{.launches = 0.02, .rounds = 0.0};
  EXPECT_EQ(best_rounds(differing, kCosts, {1000.0, 36}, kTwoLaunches, 5), kFewestRounds);
  EXPECT_EQ(best_rounds(differing, kCosts, {1000.0, 0}, kTwoLaunches, 5), kFewestRounds);
}

TEST(LaunchPlan, keeps_the_fewest_rounds_where_there_is_no_time) {
  EXPECT_EQ(
      best_rounds({.launches = 0.01, .rounds = 0.01}, kCosts, {0.5, kManyRounds}, kTwoLaunches, 5),
      kFewestRounds);
  EXPECT_EQ(best_rounds({.launches = 0.01, .rounds = 0.01}, kCosts, {-3.0, kManyRounds},
                        std::vector<std::size_t>(9, 12), 5),
            kFewestRounds);
}

}  // namespace

}  // namespace tsctl
