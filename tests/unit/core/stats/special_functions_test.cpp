#include "tsctl/core/stats/special_functions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tsctl {
namespace {

TEST(RegularizedBeta, equals_its_closed_forms) {
  for (const double x : {0.0, 0.1, 0.25, 0.5, 0.9, 1.0}) {
    EXPECT_NEAR(regularized_beta(x, 1.0, 1.0), x, 1e-14);
    EXPECT_NEAR(regularized_beta(x, 3.0, 1.0), x * x * x, 1e-14);
    EXPECT_NEAR(regularized_beta(x, 2.0, 2.0), x * x * (3.0 - 2.0 * x), 1e-14);
    EXPECT_NEAR(regularized_beta(x, 0.5, 0.5), 2.0 / M_PI * std::asin(std::sqrt(x)), 1e-13);
  }
}

TEST(RegularizedBeta, is_one_half_in_the_middle_of_a_symmetric_distribution) {
  for (const double a : {1.0, 6.5, 100.0, 50'000.0})
    EXPECT_NEAR(regularized_beta(0.5, a, a), 0.5, 1e-9) << a;
}

TEST(NormalCdf, has_the_tabulated_values) {
  EXPECT_DOUBLE_EQ(normal_cdf(0.0), 0.5);
  EXPECT_NEAR(normal_cdf(-1.959963984540054), 0.025, 1e-15);
  EXPECT_NEAR(normal_cdf(3.0), 0.9986501019683699, 1e-15);
}

// Any table of Student's t, two-sided 95%.
TEST(StudentT, has_the_tabulated_quantiles) {
  EXPECT_NEAR(student_t_quantile(0.975, 1.0), 12.7062047362, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 4.0), 2.7764451052, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 30.0), 2.0422724563, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 1e6), 1.9599664, 1e-6);
}

TEST(StudentT, is_symmetric) {
  EXPECT_EQ(student_t_quantile(0.5, 3.0), 0.0);
  EXPECT_DOUBLE_EQ(student_t_quantile(0.025, 4.0), -student_t_quantile(0.975, 4.0));
}

}  // namespace
}  // namespace tsctl
