#include "tsctl/core/stats/ratio_variation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tsctl/core/inputs/random_input.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

TEST(RatioVariation, separates_launches_from_rounds) {
  // Medians 0 and 0.2, rounds evenly from -0.01 to 0.01 around them: an interquartile range of 0.01.
  const std::vector<double> first{-0.01, -0.005, 0.0, 0.005, 0.01};
  std::vector<double> second;
  for (const double value : first) second.push_back(value + 0.2);
  const RatioVariation variation = ratio_variation({first, {}, second});
  EXPECT_NEAR(variation.rounds, 0.01 / 1.349 / (1.0 - 1.3 / 5.0), 1e-12);
  const double of_rounds = 3.14159265358979 / 11.0 * variation.rounds * variation.rounds;
  EXPECT_NEAR(variation.launches, std::sqrt(0.02 - of_rounds), 1e-12);
  EXPECT_NEAR(variation.medians, std::sqrt(of_rounds), 1e-12);
}

TEST(RatioVariation, is_zero_for_one_launch_or_if_the_rounds_explain_it) {
  EXPECT_EQ(ratio_variation({}).rounds, 0.0);
  EXPECT_EQ(ratio_variation({{0.1, 0.2, 0.3}}).launches, 0.0);
  EXPECT_EQ(ratio_variation({{-1.0, 0.0, 1.0}, {-0.99, 0.01, 1.01}}).launches, 0.0);
}

TEST(RatioVariation, is_robust_against_one_outlying_round) {
  std::vector<double> rounds(40, 0.0);
  for (std::size_t i = 0; i < rounds.size(); ++i) rounds[i] = 0.001 * static_cast<double>(i % 4);
  const double calm = ratio_variation({rounds}).rounds;
  rounds[0] = 5.0;
  EXPECT_NEAR(ratio_variation({rounds}).rounds, calm, calm);
}

TEST(RatioVariation, is_robust_against_some_outlying_launches) {
  std::vector<std::vector<double>> launches;
  for (int i = 0; i < 30; ++i) {
    const double level = 0.001 * (i % 3);
    launches.push_back({level - 0.01, level, level + 0.01});
  }
  const RatioVariation calm = ratio_variation(launches);
  launches[3] = {-2.0, 0.3, 3.0};
  launches[9] = {0.5, 0.6, 5.0};
  const RatioVariation wild = ratio_variation(launches);
  EXPECT_DOUBLE_EQ(wild.rounds, calm.rounds);
  EXPECT_DOUBLE_EQ(wild.medians, calm.medians);
  EXPECT_NEAR(wild.launches, calm.launches, 0.001);
}

TEST(RatioVariation, corrects_the_deviation_of_few_rounds) {
  for (const std::size_t rounds : {2U, 3U, 4U, 6U, 12U, 40U}) {
    std::vector<std::vector<double>> launches(2000, std::vector<double>(rounds));
    for (std::size_t i = 0; i < launches.size(); ++i) {
      fill_normal({5, i}, launches[i].data(), rounds);
    }
    EXPECT_NEAR(ratio_variation(launches).rounds, 1.0, 0.12) << rounds;
    double squares = 0.0;  // of their medians: without variation of launches the rounds give it all
    for (const std::vector<double>& launch : launches) squares += std::pow(median(launch), 2.0);
    EXPECT_NEAR(ratio_variation(launches).medians / std::sqrt(squares / 2000.0), 1.0, 0.14)
        << rounds;
  }
}

TEST(RatioVariation, ignores_launches_of_one_round_for_the_rounds) {
  const RatioVariation variation = ratio_variation({{0.1}, {0.2}, {0.0, 0.01}, {0.3}});
  EXPECT_EQ(variation.rounds, ratio_variation({{0.0, 0.01}}).rounds);
  EXPECT_EQ(ratio_variation({{0.1}, {0.2}}).rounds, 0.0);
  EXPECT_NEAR(ratio_variation({{0.1}, {0.2}}).launches, 0.1 / std::sqrt(2.0), 1e-12);
}

}  // namespace

}  // namespace tsctl
