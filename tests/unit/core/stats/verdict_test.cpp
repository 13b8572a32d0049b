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
  EXPECT_FALSE(misses({kNaN, kNaN}, 0.99));
  EXPECT_FALSE(reaches({kNaN, kNaN}, 1.0));
}

TEST(Verdict, has_a_name_for_each) {
  EXPECT_EQ(name_of(SpeedVerdict::faster), "faster");
  EXPECT_EQ(name_of(SpeedVerdict::slower), "slower");
  EXPECT_EQ(name_of(SpeedVerdict::equivalent), "equivalent");
  EXPECT_EQ(name_of(SpeedVerdict::inconclusive), "inconclusive");
}

TEST(Gate, needs_the_whole_interval_on_one_side_of_its_limit) {
  const double limit = speedup_limit(0.25);
  EXPECT_DOUBLE_EQ(limit, 0.8);
  EXPECT_TRUE(misses({1.26, 1.40}, limit));
  EXPECT_FALSE(reaches({1.26, 1.40}, limit));
  EXPECT_FALSE(misses({1.20, 1.30}, limit));
  EXPECT_FALSE(reaches({1.20, 1.30}, limit));
  EXPECT_FALSE(misses({1.20, 1.25}, limit));
  EXPECT_TRUE(reaches({1.20, 1.25}, limit));
}

}  // namespace
}  // namespace tsctl
