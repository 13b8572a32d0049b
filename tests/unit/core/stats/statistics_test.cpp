#include "tsctl/core/stats/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

namespace tsctl {
namespace {

TEST(Quantile, interpolates_between_order_statistics) {
  EXPECT_DOUBLE_EQ(quantile({4.0, 1.0, 3.0, 2.0}, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(quantile({4.0, 1.0, 3.0, 2.0}, 1.0), 4.0);
  EXPECT_DOUBLE_EQ(quantile({4.0, 1.0, 3.0, 2.0}, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile({4.0, 1.0, 3.0, 2.0}, 0.9), 3.7);
  EXPECT_DOUBLE_EQ(quantile({7.0}, 0.3), 7.0);
}

TEST(Quantile, refuses_input_without_a_quantile) {
  EXPECT_THROW(quantile({}, 0.5), std::invalid_argument);
  EXPECT_THROW(quantile({1.0}, 1.5), std::invalid_argument);
  EXPECT_THROW(quantile({1.0}, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  EXPECT_THROW(median({}), std::invalid_argument);
}

TEST(Median, is_the_middle_or_the_mean_of_both) {
  EXPECT_DOUBLE_EQ(median({3.0, 1.0, 2.0}), 2.0);
  EXPECT_DOUBLE_EQ(median({4.0, 1.0, 3.0, 2.0}), 2.5);
}

TEST(RelativeSpread, is_the_interquartile_range_over_the_median) {
  EXPECT_DOUBLE_EQ(relative_spread({1.0, 2.0, 3.0, 4.0, 5.0}), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(relative_spread({2.0, 2.0}), 0.0);
  EXPECT_DOUBLE_EQ(relative_spread({-1.0, 0.0, 1.0}), 0.0);
}

TEST(QuantileOfSorted, is_the_quantile_of_samples_in_order) {
  const std::vector<double> sorted{1.0, 2.0, 4.0, 8.0};
  for (const double p : {0.0, 0.1, 0.5, 0.75, 0.99, 1.0})
    EXPECT_DOUBLE_EQ(quantile_of_sorted(sorted, p), quantile(sorted, p)) << p;
  EXPECT_EQ(quantile_of_sorted({3.0}, 0.7), 3.0);
}

TEST(StandardDeviation, divides_by_one_less_than_the_number_of_samples) {
  EXPECT_DOUBLE_EQ(standard_deviation({1.0, 3.0}), std::sqrt(2.0));
  EXPECT_EQ(standard_deviation({1.0}), 0.0);
  EXPECT_EQ(standard_deviation({}), 0.0);
}

TEST(MedianIfAny, is_missing_without_samples) {
  EXPECT_EQ(median_if_any({}), std::nullopt);
  EXPECT_EQ(median_if_any({3.0, 1.0, 2.0}), 2.0);
}

}  // namespace
}  // namespace tsctl
