#include "tsctl/core/stats/percentile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace tsctl {
namespace {

std::vector<double> ranks(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Percentile, needs_samples_above_the_quantile) {
  EXPECT_EQ(samples_for_quantile(0.5), 5U);
  EXPECT_EQ(samples_for_quantile(0.99), 299U);
  EXPECT_EQ(samples_for_quantile(0.999), 2995U);
}

TEST(Percentile, matches_published_tables) {
  // Conover, Practical Nonparametric Statistics, 3rd ed., 3.2: of 20 samples the median lies between the 6th and the
  // 15th with 95.86%.
  const auto interval = quantile_interval(ranks(20), 0.5);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 6.0);
  EXPECT_EQ(interval->high, 15.0);
}

TEST(Percentile, has_no_interval_without_enough_samples) {
  EXPECT_FALSE(quantile_interval({}, 0.5));
  EXPECT_FALSE(quantile_interval(ranks(5), 0.5));
  EXPECT_TRUE(quantile_interval(ranks(6), 0.5));
  EXPECT_FALSE(quantile_interval(ranks(300), 0.99));
  EXPECT_TRUE(quantile_interval(ranks(400), 0.99));
}

TEST(Percentile, covers_the_quantile_at_its_confidence) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform;
  int covered = 0;
  constexpr int kRuns = 2000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> samples(500);
    for (double& sample : samples) sample = uniform(random);
    std::ranges::sort(samples);
    const auto interval = quantile_interval(samples, 0.95);
    ASSERT_TRUE(interval);
    if (interval->low <= 0.95 && 0.95 <= interval->high) ++covered;
  }
  EXPECT_GE(covered, kRuns * 0.94);
  EXPECT_LE(covered, kRuns * 0.98);
}

}  // namespace
}  // namespace tsctl
