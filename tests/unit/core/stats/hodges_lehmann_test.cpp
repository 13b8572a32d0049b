#include "tsctl/core/stats/hodges_lehmann.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace tsctl {

namespace {

TEST(HodgesLehmann, is_the_median_over_pairs_of_calls) {
  // 2/1, 2/4, 3/1 and 3/4: the middle two are 3/4 and 2.
  EXPECT_DOUBLE_EQ(hodges_lehmann_log_ratio({{.base = {1.0, 4.0}, .arm = {2.0, 3.0}}}),
                   (std::log(0.75) + std::log(2.0)) / 2.0);
  EXPECT_DOUBLE_EQ(hodges_lehmann_log_ratio({{.base = {2.0}, .arm = {2.5}}}), std::log(1.25));
}

TEST(HodgesLehmann, pairs_calls_of_the_same_pass_only) {
  // The machine is ten times slower in the second pass. Over all calls the median would be 0.15.
  const std::vector<BlockPair> blocks{{.base = {1.0}, .arm = {1.5, 1.5, 1.5}},
                                      {.base = {10.0, 10.0, 10.0}, .arm = {15.0}}};
  EXPECT_DOUBLE_EQ(hodges_lehmann_log_ratio(blocks), std::log(1.5));
}

TEST(HodgesLehmann, is_robust_against_interrupted_calls) {
  std::vector<BlockPair> blocks;
  for (int pass = 0; pass < 8; ++pass) {
    blocks.push_back({.base = {1.0, 1.0}, .arm = {1.1, 1.1}});
    if (pass % 2 == 0)
      blocks.back().arm[1] = 5.0;  // medians of blocks would be 3.05 in half of them
  }
  EXPECT_DOUBLE_EQ(hodges_lehmann_log_ratio(blocks), std::log(1.1));
}

TEST(HodgesLehmann, is_inverted_when_the_arms_are_swapped) {
  const std::vector<double> first{1.0, 1.2, 1.1, 4.0, 1.05};
  const std::vector<double> second{1.3, 1.25, 1.5};
  EXPECT_DOUBLE_EQ(hodges_lehmann_log_ratio({{.base = first, .arm = second}}),
                   -hodges_lehmann_log_ratio({{.base = second, .arm = first}}));
}

TEST(HodgesLehmann, uses_quantiles_of_long_blocks) {
  BlockPair block;
  for (int i = 0; i < 1000; ++i) {
    block.base.push_back(std::exp(0.001 * ((i * 7) % 1000)));
    block.arm.push_back(std::exp(0.001 * ((i * 7) % 1000) + 0.25));
  }
  EXPECT_NEAR(hodges_lehmann_log_ratio({block}), 0.25, 1e-12);
  block.arm.resize(1);  // any number of the other side: its one call against the base's middle
  block.arm[0] = 1.0;
  EXPECT_NEAR(hodges_lehmann_log_ratio({block}), -0.5, 0.01);
}

TEST(HodgesLehmann, refuses_blocks_without_a_pair_of_calls) {
  EXPECT_THROW(hodges_lehmann_log_ratio({}), std::invalid_argument);
  EXPECT_THROW(hodges_lehmann_log_ratio({{.base = {1.0}, .arm = {}}}), std::invalid_argument);
}

}  // namespace

}  // namespace tsctl
