#include "tsctl/core/stats/warm_up.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace tsctl {
namespace {

// Calls at the given levels with 2% of noise.
std::vector<double> calls(const std::vector<std::pair<int, double>>& levels,
                          std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0.0, 0.02);
  std::vector<double> times;
  for (const auto& [count, level] : levels) {
    for (int i = 0; i < count; ++i) times.push_back(level * std::exp(noise(random)));
  }
  return times;
}

TEST(WarmUp, is_flat_at_one_level) {
  const WarmUpProfile profile = profile_warm_up(calls({{40, 1e-3}}));
  EXPECT_EQ(profile.kind, WarmUpClass::flat);
  EXPECT_EQ(profile.steady_from_call, 1U);
  EXPECT_EQ(profile.segments.size(), 1U);
}

TEST(WarmUp, finds_the_slow_second_call_of_a_specializing_executor) {
  const WarmUpProfile profile = profile_warm_up(calls({{1, 5e-3}, {1, 80e-3}, {30, 1e-3}}));
  EXPECT_EQ(profile.kind, WarmUpClass::warm_up);
  EXPECT_EQ(profile.steady_from_call, 3U);
}

TEST(WarmUp, finds_a_slowdown) {
  const WarmUpProfile profile = profile_warm_up(calls({{20, 1e-3}, {30, 1.3e-3}}));
  EXPECT_EQ(profile.kind, WarmUpClass::slowdown);
  EXPECT_EQ(profile.steady_from_call, 21U);
  EXPECT_NEAR(profile.segments.back().median_s, 1.3e-3, 0.02e-3);
}

TEST(WarmUp, is_not_steady_when_the_level_changes_near_the_end) {
  const WarmUpProfile profile = profile_warm_up(calls({{40, 1e-3}, {5, 2e-3}}));
  EXPECT_EQ(profile.kind, WarmUpClass::not_steady);
  EXPECT_FALSE(profile.steady_from_call);
}

TEST(WarmUp, is_not_steady_with_too_few_calls) {
  EXPECT_EQ(profile_warm_up({1e-3, 1e-3, 1e-3}).kind, WarmUpClass::not_steady);
  EXPECT_EQ(profile_warm_up({}).kind, WarmUpClass::not_steady);
}

TEST(WarmUp, takes_a_single_slow_call_for_noise) {
  const WarmUpProfile profile = profile_warm_up(calls({{20, 1e-3}, {1, 9e-3}, {20, 1e-3}}));
  EXPECT_EQ(profile.kind, WarmUpClass::flat);
  EXPECT_EQ(profile.steady_from_call, 1U);
}

TEST(WarmUp, takes_equal_times_for_one_level) {
  EXPECT_EQ(profile_warm_up(std::vector<double>(30, 1e-3)).kind, WarmUpClass::flat);
}

TEST(WarmUp, raises_few_false_alarms_in_noise) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    if (profile_warm_up(calls({{60, 1e-3}}, seed)).kind != WarmUpClass::flat) ++alarms;
  }
  EXPECT_LE(alarms, 2);
}

TEST(WarmUp, refuses_times_that_are_not_positive) {
  EXPECT_THROW(profile_warm_up({1e-3, 0.0}), std::invalid_argument);
}

TEST(WarmUp, has_a_name_for_each_class) {
  EXPECT_EQ(name_of(WarmUpClass::warm_up), "warm_up");
  EXPECT_EQ(name_of(WarmUpClass::not_steady), "not_steady");
}

}  // namespace
}  // namespace tsctl
