#include "tsctl/bench/record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tsctl/core/bench_samples.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {
namespace {

LaunchRecord launch_of(const std::string& arm, int launch, std::vector<std::vector<double>> rounds,
                       std::vector<std::vector<int>> turns) {
  return {.samples = {.arm = arm,
                      .launch = launch,
                      .warm_up_s = {1.0, 1.0, 1.0},
                      .rounds_s = std::move(rounds),
                      .turns = std::move(turns)},
          .calls = 1};
}

TEST(BlockTimes, are_the_medians_of_one_arm_in_the_order_they_ran) {
  const ArmRecord record{launch_of("a", 1, {{1.0, 2.0, 9.0}, {3.0}}, {{2, 1, 1}, {1}}),
                         launch_of("a", 2, {{4.0, 6.0}}, {{1, 2}})};
  const std::vector<BlockTime> blocks = block_times(record);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].launch, 1);
  EXPECT_EQ(blocks[0].round, 1);
  EXPECT_EQ(blocks[0].turn, 2);
  EXPECT_EQ(blocks[0].median_s, 2.0);
  EXPECT_EQ(blocks[1].round, 2);
  EXPECT_EQ(blocks[1].turn, 1);
  EXPECT_EQ(blocks[2].launch, 2);
  EXPECT_EQ(blocks[2].median_s, 5.0);
}

TEST(Measurements, keep_only_the_launches_that_are_finished) {
  const std::vector<BenchArm> arms{{.request = {.label = "a"}}, {.request = {.label = "b"}}};
  Measurements measurements(arms.size());
  measurements.begin_launch(arms);
  measurements.log_ratios[1].back() = {0.5};
  measurements.begin_launch(arms);
  measurements.keep_launches(1);
  EXPECT_EQ(measurements.launches(), 1);
  EXPECT_EQ(measurements.log_ratios[1], LogRatios{{0.5}});
  const std::vector<LaunchSamples> samples = samples_of(measurements);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1].arm, "b");
  EXPECT_EQ(samples[1].launch, 1);
}

TEST(BlockTimes, are_thinned_evenly_to_a_thousand) {
  LaunchRecord launch;
  for (int round = 1; round <= 2500; ++round) {
    launch.samples.rounds_s.push_back({static_cast<double>(round)});
    launch.samples.turns.push_back({1});
  }
  const std::vector<BlockTime> blocks = block_times({launch});
  ASSERT_EQ(blocks.size(), 1000U);
  EXPECT_EQ(blocks.front().round, 1);
  EXPECT_EQ(blocks.back().round, 2498);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const int step = blocks[i].round - blocks[i - 1].round;
    EXPECT_TRUE(step == 2 || step == 3) << step;
  }
}

TEST(ArmResult, has_the_quantiles_of_all_calls_from_the_least_to_the_largest) {
  const std::vector<double> calls{9.0, 3.0, 7.0, 1.0, 5.0, 8.0};
  const ArmResult result = arm_result({}, {launch_of("a", 1, {calls}, {{1}})}, false, 0);
  ASSERT_EQ(result.quantiles_s.size(), 101U);
  EXPECT_EQ(result.quantiles_s.front(), 1.0);
  EXPECT_EQ(result.quantiles_s.back(), 9.0);
  for (int percent = 0; percent <= 100; ++percent) {
    EXPECT_DOUBLE_EQ(result.quantiles_s[static_cast<std::size_t>(percent)],
                     quantile(calls, percent / 100.0));
  }
}

}  // namespace
}  // namespace tsctl
