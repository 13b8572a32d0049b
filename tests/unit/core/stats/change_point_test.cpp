#include "tsctl/core/stats/change_point.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace tsctl {
namespace {

constexpr double kMargin = 0.01;

// Nights around 0 whose noise repeats, as if measured with an error of half a percent.
std::vector<NightRatio> steady(std::size_t count) {
  constexpr std::array kNoise{0.003, -0.004, 0.001, -0.002, 0.004, -0.001, 0.002, -0.003};
  std::vector<NightRatio> nights;
  for (std::size_t i = 0; i < count; ++i) nights.push_back({kNoise.at(i % kNoise.size()), 0.005});
  return nights;
}

void shift(std::vector<NightRatio>& nights, std::size_t first, double by) {
  for (std::size_t i = first; i < nights.size(); ++i) nights[i].log_ratio += by;
}

std::vector<NightRatio> random_nights(std::size_t count, double deviation,
                                      std::mt19937_64& random) {
  std::normal_distribution<double> normal(0.0, deviation);
  std::vector<NightRatio> nights;
  for (std::size_t i = 0; i < count; ++i) nights.push_back({normal(random), 0.7 * deviation});
  return nights;
}

TEST(ChangePoint, steady_nights_have_no_change) {
  const LevelHistory history = level_history(steady(40), kMargin);
  EXPECT_TRUE(history.changes.empty());
  EXPECT_FALSE(history.suspected.has_value());
  EXPECT_NEAR(history.level, 0.0, 0.001);
  EXPECT_LT(history.resolution.value(), 0.04);
}

TEST(ChangePoint, too_few_nights_find_nothing_and_have_no_resolution) {
  std::vector<NightRatio> nights = steady(3);
  shift(nights, 2, -0.7);
  const LevelHistory history = level_history(nights, kMargin);
  EXPECT_TRUE(history.changes.empty());
  EXPECT_FALSE(history.resolution.has_value());
  EXPECT_TRUE(level_history({}, kMargin).changes.empty());
}

TEST(ChangePoint, names_the_first_night_of_a_drop_and_the_night_that_proved_it) {
  std::vector<NightRatio> nights = steady(10);
  shift(nights, 6, -0.1);
  const LevelHistory history = level_history(nights, kMargin);
  ASSERT_EQ(history.changes.size(), 1U);
  EXPECT_EQ(history.changes[0].first, 6U);
  EXPECT_LE(history.changes[0].found, 7U);
  EXPECT_NEAR(history.changes[0].shift(), -0.1, 0.006);
  EXPECT_NEAR(history.level, -0.1, 0.006);
}

TEST(ChangePoint, half_the_speed_is_found_in_its_first_night) {
  std::vector<NightRatio> nights = steady(7);
  shift(nights, 6, std::log(0.5));
  const LevelHistory history = level_history(nights, kMargin);
  ASSERT_EQ(history.changes.size(), 1U);
  EXPECT_EQ(history.changes[0].first, 6U);
  EXPECT_EQ(history.changes[0].found, 6U);
}

TEST(ChangePoint, a_moderate_drop_of_one_night_is_a_suspicion_until_the_next_night) {
  std::vector<NightRatio> nights = steady(10);
  nights[9].log_ratio -= 0.05;
  const LevelHistory history = level_history(nights, kMargin);
  EXPECT_TRUE(history.changes.empty());
  ASSERT_TRUE(history.suspected.has_value());
  EXPECT_EQ(history.suspected->first, 9U);

  nights.push_back({-0.05, 0.005});
  EXPECT_EQ(level_history(nights, kMargin).changes.at(0).first, 9U);
  nights.back().log_ratio = 0.0;  // it was the night
  EXPECT_TRUE(level_history(nights, kMargin).changes.empty());
}

TEST(ChangePoint, a_change_within_the_margin_does_not_count) {
  std::vector<NightRatio> nights = steady(60);
  shift(nights, 30, -0.009);
  EXPECT_TRUE(level_history(nights, kMargin).changes.empty());
  EXPECT_EQ(level_history(nights, 0.0).changes.size(), 1U);
}

TEST(ChangePoint, every_change_of_a_long_history_is_found) {
  std::vector<NightRatio> nights = steady(40);
  shift(nights, 10, 0.2);
  shift(nights, 25, -0.1);
  const LevelHistory history = level_history(nights, kMargin);
  ASSERT_EQ(history.changes.size(), 2U);
  EXPECT_EQ(history.changes[0].first, 10U);
  EXPECT_GT(history.changes[0].shift(), 0.0);
  EXPECT_EQ(history.changes[1].first, 25U);
  EXPECT_LT(history.changes[1].shift(), 0.0);
  EXPECT_EQ(history.first, 25U);
}

TEST(ChangePoint, a_night_with_a_wide_interval_weighs_little) {
  std::vector<NightRatio> nights = steady(12);
  nights[5] = {-0.6, 0.4};
  nights[11] = {-0.9, 0.5};
  EXPECT_TRUE(level_history(nights, kMargin).changes.empty());
}

TEST(ChangePoint, nights_that_agree_by_chance_do_not_make_the_next_one_an_alarm) {
  std::vector<NightRatio> nights(4, NightRatio{0.1, 0.01});
  nights.push_back({0.07, 0.01});
  EXPECT_TRUE(level_history(nights, kMargin).changes.empty());
}

TEST(ChangePoint, a_later_night_does_not_revise_what_an_earlier_check_said) {
  std::mt19937_64 random(7);
  std::vector<NightRatio> nights = random_nights(40, 0.01, random);
  shift(nights, 15, -0.08);
  shift(nights, 28, 0.08);
  const LevelHistory all = level_history(nights, kMargin);
  ASSERT_EQ(all.changes.size(), 2U);
  const std::vector<NightRatio> some(nights.begin(), nights.begin() + 20);
  const LevelHistory early = level_history(some, kMargin);
  ASSERT_EQ(early.changes.size(), 1U);
  EXPECT_EQ(early.changes[0].first, all.changes[0].first);
  EXPECT_EQ(early.changes[0].found, all.changes[0].found);
}

TEST(ChangePoint, sixty_nights_have_a_false_alarm_in_at_most_one_history_of_a_hundred) {
  std::mt19937_64 random(3);
  int alarms = 0;
  for (int i = 0; i < 400; ++i)
    alarms += level_history(random_nights(60, 0.02, random), kMargin).changes.empty() ? 0 : 1;
  EXPECT_LE(alarms, 4);
}

TEST(ChangePoint, ten_percent_are_found_on_the_right_night_in_nine_of_ten_histories) {
  std::mt19937_64 random(4);
  int right = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<NightRatio> nights = random_nights(10, 0.01, random);
    shift(nights, 6, std::log(0.9));
    const LevelHistory history = level_history(nights, kMargin);
    right += history.changes.size() == 1 && history.changes[0].first == 6 ? 1 : 0;
  }
  EXPECT_GE(right, 360);
}

}  // namespace
}  // namespace tsctl
