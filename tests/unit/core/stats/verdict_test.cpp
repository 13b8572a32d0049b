#include "tsctl/core/stats/verdict.h"

#include <gtest/gtest.h>

#include <limits>

namespace tsctl {
namespace {

TEST(Verdict, needs_the_whole_interval_beyond_the_margin) {
  EXPECT_EQ(speed_verdict({0.90, 0.98}, 0.01), SpeedVerdict::faster);
  EXPECT_EQ(speed_verdict({1.02, 1.10}, 0.01), SpeedVerdict::slower);
  EXPECT_EQ(speed_verdict({0.995, 1.004}, 0.01), SpeedVerdict::equivalent);
  EXPECT_EQ(speed_verdict({0.97, 1.00}, 0.01), SpeedVerdict::inconclusive);
  EXPECT_EQ(speed_verdict({1.00, 1.03}, 0.01), SpeedVerdict::inconclusive);
  EXPECT_EQ(speed_verdict({0.90, 1.10}, 0.01), SpeedVerdict::inconclusive);
}

TEST(Verdict, counts_the_margin_itself_as_equivalent) {
  EXPECT_EQ(speed_verdict({1.0 - 0.25, 1.0 + 0.25}, 0.25), SpeedVerdict::equivalent);
  EXPECT_EQ(speed_verdict({0.5, 0.75}, 0.25), SpeedVerdict::inconclusive);
  EXPECT_EQ(speed_verdict({1.25, 1.5}, 0.25), SpeedVerdict::inconclusive);
  EXPECT_EQ(speed_verdict({1.0, 1.0}, 0.0), SpeedVerdict::equivalent);
}

TEST(Verdict, is_inconclusive_for_nan) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(speed_verdict({kNaN, kNaN}, 0.01), SpeedVerdict::inconclusive);
  EXPECT_FALSE(regresses({kNaN, kNaN}, 0.01));
  EXPECT_FALSE(reaches_speedup({kNaN, kNaN}, 1.0));
}

TEST(Verdict, has_a_name_for_each) {
  EXPECT_EQ(name_of(SpeedVerdict::faster), "faster");
  EXPECT_EQ(name_of(SpeedVerdict::slower), "slower");
  EXPECT_EQ(name_of(SpeedVerdict::equivalent), "equivalent");
  EXPECT_EQ(name_of(SpeedVerdict::inconclusive), "inconclusive");
}

TEST(Gates, look_at_the_bound_that_is_in_favour_of_the_arm) {
  EXPECT_TRUE(regresses({1.06, 1.20}, 0.05));
  EXPECT_FALSE(regresses({1.25, 1.30}, 0.25));
  EXPECT_FALSE(regresses({0.99, 1.20}, 0.05));
}

TEST(Gates, ask_the_whole_interval_to_show_the_speedup) {
  EXPECT_TRUE(reaches_speedup({0.40, 0.50}, 2.0));
  EXPECT_FALSE(reaches_speedup({0.40, 0.51}, 2.0));
  EXPECT_TRUE(reaches_speedup({0.9, 1.1}, 0.0));
}

}  // namespace
}  // namespace tsctl
