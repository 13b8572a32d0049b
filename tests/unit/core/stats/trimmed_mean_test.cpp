#include "tsctl/core/stats/trimmed_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

TEST(TrimmedMean, leaves_one_of_ten_out_at_either_end) {
  std::vector<double> ten{100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -100.0};
  EXPECT_DOUBLE_EQ(trimmed_mean(ten), 4.5);
  std::vector<double> nine{9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  EXPECT_DOUBLE_EQ(trimmed_mean(nine), 1.0);
  std::vector<double> one{3.0};
  EXPECT_DOUBLE_EQ(trimmed_mean(one), 3.0);
}

TEST(TrimmedMean, has_the_deviation_of_the_winsorized_values) {
  // 0 and 100 become 1 and 8: their squares around 4.5 are 2 x (3.5^2 + 3.5^2 + 2.5^2 + 1.5^2 + 0.5^2) = 66.5.
  const std::vector<double> values{0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 100.0};
  EXPECT_DOUBLE_EQ(trimmed_deviation(values), std::sqrt(66.5 / 9.0) / 0.8);
  EXPECT_DOUBLE_EQ(trimmed_deviation({1.0, 3.0}), standard_deviation({1.0, 3.0}));
  EXPECT_EQ(trimmed_deviation({}), 0.0);
}

}  // namespace

}  // namespace tsctl
