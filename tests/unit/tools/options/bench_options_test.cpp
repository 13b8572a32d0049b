#include "options/bench_options.h"

#include <gtest/gtest.h>

#include "tools/errors.h"

namespace tsctl {
namespace {

TEST(BenchOptionsFrom, reads_the_gate_as_a_fraction) {
  BenchFlags flags{.max_regress = "2%"};
  flags.budget = "3s";
  const BenchOptions options = bench_options_from(flags, 11);
  EXPECT_DOUBLE_EQ(*options.max_regress, 0.02);
  EXPECT_EQ(options.budget_s, 3.0);
  flags.budget = "0.5min";
  EXPECT_EQ(bench_options_from(flags, 11).budget_s, 30.0);
  EXPECT_EQ(bench_options_from({}, 0).budget_s, 15.0);
  EXPECT_EQ(options.seed, 11U);
  EXPECT_FALSE(bench_options_from({}, 0).max_regress.has_value());
}

TEST(BenchOptionsFrom, says_what_a_gate_of_100_percent_and_more_would_mean) {
  EXPECT_EQ(error_of([] { bench_options_from({.max_regress = "1.5"}, 0); }),
            "usage: --max-regress '1.5' would mean 150% | write 1.5% for a percentage, or a "
            "fraction such as 0.02");
  EXPECT_EQ(*bench_options_from({.max_regress = "150%"}, 0).max_regress, 1.5);
}

}  // namespace
}  // namespace tsctl
