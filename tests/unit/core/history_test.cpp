#include "tsctl/core/history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tsctl {
namespace {

HistoryNight night(int day, double speedup) {
  return {.time = fmt::format("2026-05-{:02}T02:00:00Z", day),
          .speedup = speedup,
          .speedup_low = speedup * 0.99,
          .speedup_high = speedup * 1.01};
}

HistorySeries series(const std::vector<double>& speedups, int first_day = 1) {
  HistorySeries result{.model = "cnn.pt", .arm = "new", .base = "pinned", .base_sha256 = "aa"};
  for (const double speedup : speedups) result.nights.push_back(night(first_day++, speedup));
  return result;
}

HistorySeries checked(HistorySeries one, const HistoryCheckOptions& options = {}) {
  std::vector<HistorySeries> all{std::move(one)};
  check(all, options);
  return all.front();
}

using Values = std::vector<double>;

Values steady() { return {1.3, 1.301, 1.299, 1.3, 1.302, 1.298}; }
Values dropped() { return {1.3, 1.301, 1.299, 1.3, 1.302, 1.298, 1.1, 1.101, 1.099}; }

TEST(History, steady_nights_are_unchanged) {
  const HistorySeries result = checked(series(steady()));
  EXPECT_EQ(result.verdict, HistoryVerdict::unchanged);
  EXPECT_NEAR(result.level.value(), 1.3, 0.001);
  EXPECT_EQ(result.compared_nights, 6);
  EXPECT_TRUE(result.reason.empty());
}

TEST(History, a_drop_is_a_regression_since_its_first_night) {
  const HistorySeries result = checked(series(dropped()));
  EXPECT_EQ(result.verdict, HistoryVerdict::regression);
  ASSERT_EQ(result.changes.size(), 1U);
  EXPECT_EQ(result.changes[0].since, "2026-05-07T02:00:00Z");
  EXPECT_TRUE(result.changes[0].regression);
  EXPECT_TRUE(result.changes[0].current);
  EXPECT_NEAR(result.changes[0].before, 1.3, 0.001);
  EXPECT_NEAR(result.changes[0].after, 1.1, 0.001);
}

TEST(History, a_regression_that_was_made_good_is_past) {
  std::vector<double> speedups = dropped();
  for (const double speedup : {1.301, 1.299, 1.3, 1.3, 1.3}) speedups.push_back(speedup);
  const HistorySeries result = checked(series(speedups));
  EXPECT_EQ(result.verdict, HistoryVerdict::unchanged);
  ASSERT_EQ(result.changes.size(), 2U);
  EXPECT_TRUE(result.changes[0].regression);
  EXPECT_FALSE(result.changes[0].current);
  EXPECT_FALSE(result.changes[1].regression);
}

TEST(History, a_regression_that_was_made_good_in_part_is_current) {
  std::vector<double> speedups = dropped();
  for (const double speedup : {1.201, 1.199, 1.2, 1.2, 1.2}) speedups.push_back(speedup);
  EXPECT_EQ(checked(series(speedups)).verdict, HistoryVerdict::regression);
}

TEST(History, faster_is_no_regression) {
  std::vector<double> speedups = steady();
  for (const double speedup : {1.6, 1.601, 1.599}) speedups.push_back(speedup);
  const HistorySeries result = checked(series(speedups));
  EXPECT_EQ(result.verdict, HistoryVerdict::unchanged);
  ASSERT_EQ(result.changes.size(), 1U);
  EXPECT_FALSE(result.changes[0].regression);
}

TEST(History, nights_without_a_speedup_or_an_interval_do_not_count) {
  HistorySeries with_gaps = series(steady());
  with_gaps.nights[0].speedup.reset();
  with_gaps.nights[1].speedup_low.reset();
  with_gaps.nights[2].speedup_low = -1.0;
  with_gaps.nights[3].speedup = 0.0;
  const HistorySeries result = checked(with_gaps);
  EXPECT_EQ(result.compared_nights, 2);
  EXPECT_EQ(result.verdict, HistoryVerdict::undecided);
  EXPECT_NE(result.reason.find("2 nights with a speedup"), std::string::npos) << result.reason;
}

TEST(History, a_check_that_would_not_see_the_drop_to_detect_is_undecided) {
  const HistorySeries result = checked(series(steady()), {.detect = 0.01});
  EXPECT_EQ(result.verdict, HistoryVerdict::undecided);
  EXPECT_NE(result.reason.find("vary too much"), std::string::npos) << result.reason;
}

TEST(History, a_series_whose_baseline_was_replaced_is_not_checked) {
  std::vector<HistorySeries> all{series(dropped()), series(steady(), 12)};
  all[1].base_sha256 = "bb";
  check(all, {});
  EXPECT_FALSE(all[0].verdict.has_value());
  EXPECT_FALSE(all[0].reason.empty());
  EXPECT_EQ(all[1].verdict, HistoryVerdict::unchanged);
  EXPECT_EQ(verdict_of(all), HistoryVerdict::unchanged);
}

TEST(History, a_regression_outranks_an_undecided_series_and_nothing_to_compare_is_undecided) {
  std::vector<HistorySeries> all{series(steady()), series({1.0})};
  all[1].arm = "other";
  check(all, {});
  EXPECT_EQ(verdict_of(all), HistoryVerdict::undecided);
  all.push_back(series(dropped()));
  all.back().arm = "third";
  check(all, {});
  EXPECT_EQ(verdict_of(all), HistoryVerdict::regression);
  EXPECT_EQ(verdict_of({}), HistoryVerdict::undecided);
}

TEST(History, a_baseline_has_no_verdict) {
  HistorySeries base = series(steady());
  base.base.clear();
  EXPECT_FALSE(checked(base).verdict.has_value());
}

}  // namespace
}  // namespace tsctl
