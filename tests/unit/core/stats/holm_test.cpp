#include "tsctl/core/stats/holm.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

std::vector<bool> decided(const std::vector<double>& p_values, double alpha) {
  std::vector<TestAtLevel> tests;
  for (const double p : p_values) tests.push_back([p](double level) { return p <= level; });
  return holm_rejections(tests, alpha);
}

TEST(Holm, tests_one_hypothesis_at_the_full_level) {
  EXPECT_EQ(decided({0.049}, 0.05), std::vector<bool>{true});
  EXPECT_EQ(decided({0.051}, 0.05), std::vector<bool>{false});
}

TEST(Holm, grows_more_lenient_with_each_rejection) {
  // 0.01 <= 0.05 / 3, then 0.02 <= 0.05 / 2, then 0.04 <= 0.05; Bonferroni alone would reject only the first.
  EXPECT_EQ(decided({0.04, 0.01, 0.02}, 0.05), (std::vector<bool>{true, true, true}));
}

TEST(Holm, ends_at_the_first_that_is_not_rejected) {
  EXPECT_EQ(decided({0.03, 0.01, 0.045}, 0.05), (std::vector<bool>{false, true, false}));
  EXPECT_EQ(decided({0.02, 0.03, 0.04}, 0.05), (std::vector<bool>{false, false, false}));
}

TEST(Holm, has_nothing_to_reject_without_hypotheses) { EXPECT_TRUE(decided({}, 0.05).empty()); }

}  // namespace
}  // namespace tsctl
