#include "tsctl/core/stats/launch_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {

namespace {

constexpr MeasuringCosts kCosts{.launch_s = 1.0, .round_s = 0.125};
constexpr std::size_t kManyRounds = 1'000'000;
const std::vector<std::size_t> kTwoLaunches(2, 12);

TEST(LaunchPlan, gives_few_rounds_to_many_launches_where_launches_differ) {
  const std::size_t calm =
      best_rounds({.launches = 0.0, .rounds = 0.02}, kCosts, {60.0, kManyRounds}, kTwoLaunches, 5);
  const std::size_t differing =
      best_rounds({.launches = 0.02, .rounds = 0.02}, kCosts, {60.0, kManyRounds}, kTwoLaunches, 5);
  EXPECT_GT(calm, 4 * differing);
  EXPECT_GE(differing, kMinRounds);
}

TEST(LaunchPlan, uses_the_remaining_time) {
  // Twelve launches' worth of time and nothing but launches that differ: as many of them as can be had.
  const std::size_t rounds =
      best_rounds({.launches = 0.05, .rounds = 0.0}, kCosts, {16.5, kManyRounds}, kTwoLaunches, 5);
  EXPECT_EQ(rounds, kMinRounds);
  // Three more launches are due; no further one pays: a third of the time each, less its start.
  EXPECT_EQ(best_rounds({}, kCosts, {15.0, kManyRounds}, kTwoLaunches, 5), 32U);
}

TEST(LaunchPlan, does_not_choose_one_long_launch_after_many_short_ones) {
  // Rounds alone vary, so for new launches alone it would not matter how 300 rounds are divided.
  const std::vector<std::size_t> short_launches(12, kMinRounds);
  const std::size_t rounds =
      best_rounds({.launches = 0.0, .rounds = 0.01}, {.launch_s = 0.1, .round_s = 0.1},
                  {1000.0, 300}, short_launches, 5);
  EXPECT_LE(rounds, 6U);
}

TEST(LaunchPlan, uses_the_remaining_rounds) {
  EXPECT_EQ(best_rounds({}, kCosts, {1000.0, 36}, kTwoLaunches, 5), 12U);
  const RatioVariation differing{.launches = 0.02, .rounds = 0.0};
  EXPECT_EQ(best_rounds(differing, kCosts, {1000.0, 36}, kTwoLaunches, 5), kMinRounds);
  EXPECT_EQ(best_rounds(differing, kCosts, {1000.0, 0}, kTwoLaunches, 5), kMinRounds);
}

TEST(LaunchPlan, keeps_the_minimum_of_rounds_without_time) {
  EXPECT_EQ(
      best_rounds({.launches = 0.01, .rounds = 0.01}, kCosts, {0.5, kManyRounds}, kTwoLaunches, 5),
      kMinRounds);
  EXPECT_EQ(best_rounds({.launches = 0.01, .rounds = 0.01}, kCosts, {-3.0, kManyRounds},
                        std::vector<std::size_t>(9, 12), 5),
            kMinRounds);
}

}  // namespace

}  // namespace tsctl
