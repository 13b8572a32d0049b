#include "tsctl/core/stats/median_resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace tsctl {
namespace {

// The exact distribution of the median of a resample: every one of count^count resamples is tried.
std::map<double, double> enumerated_medians(const std::vector<double>& sorted) {
  const std::size_t count = sorted.size();
  std::map<double, double> chances;
  std::vector<std::size_t> picks(count, 0);
  const double each = std::pow(1.0 / static_cast<double>(count), static_cast<double>(count));
  while (true) {
    std::vector<double> resample;
    for (const std::size_t pick : picks) resample.push_back(sorted[pick]);
    std::ranges::sort(resample);
    const double upper = resample[count / 2];
    chances[count % 2 == 1 ? upper : 0.5 * (resample[count / 2 - 1] + upper)] += each;

    std::size_t digit = 0;
    while (digit < count && ++picks[digit] == count) picks[digit++] = 0;
    if (digit == count) return chances;
  }
}

// Powers of 2, so that each pair of middle values has a different mean.
std::vector<double> distinct_samples(std::size_t count) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < count; ++i) samples.push_back(std::ldexp(1.0, static_cast<int>(i)));
  return samples;
}

class ResampledMedian : public testing::TestWithParam<std::size_t> {};

TEST_P(ResampledMedian, is_distributed_as_if_every_resample_had_been_sorted) {
  constexpr int kDraws = 200'000;
  const std::vector<double> samples = distinct_samples(GetParam());
  const MedianResampler resampler(samples.size());
  std::mt19937_64 random(5);
  std::map<double, double> drawn;
  for (int i = 0; i < kDraws; ++i) drawn[resampler.draw(samples, random)] += 1.0 / kDraws;

  const std::map<double, double> expected = enumerated_medians(samples);
  for (const auto& [value, share] : drawn) EXPECT_EQ(expected.count(value), 1U) << value;
  for (const auto& [value, chance] : expected) {
    // Five standard errors of a share of kDraws.
    const double tolerance = 5.0 * std::sqrt(chance * (1.0 - chance) / kDraws) + 1e-9;
    EXPECT_NEAR(drawn[value], chance, tolerance) << "median " << value;
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, ResampledMedian, testing::Values(1, 2, 3, 4, 5, 6, 7));

TEST(MedianResampler, stays_within_many_samples) {
  std::vector<double> samples;
  for (int i = 0; i < 10'000; ++i) samples.push_back(i);
  const MedianResampler resampler(samples.size());
  std::mt19937_64 random(5);
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < 20'000; ++i) {
    const double offset = resampler.draw(samples, random) - 4999.5;
    sum += offset / 20'000;
    squares += offset * offset / 20'000;
  }
  // The median of n uniform values on [0, n] has a standard deviation of sqrt(n) / 2.
  EXPECT_NEAR(sum, 0.0, 2.0);
  EXPECT_NEAR(std::sqrt(squares), 50.0, 1.5);
}

TEST(MedianResampler, is_the_same_with_a_table_and_without) {
  for (const std::size_t count : {63U, 64U, 65U, 66U}) {  // a table up to 64
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i) samples.push_back(static_cast<double>(i));
    const auto n = static_cast<double>(count);
    const MedianResampler resampler(count);
    std::mt19937_64 random(3);
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < 50'000; ++i) {
      const double offset = resampler.draw(samples, random) - (n - 1.0) / 2.0;
      sum += offset / 50'000;
      squares += offset * offset / 50'000;
    }
    EXPECT_NEAR(sum, 0.0, 0.1) << count;
    // The standard deviation of the median of n uniform values on [0, n].
    EXPECT_NEAR(std::sqrt(squares), n / 2.0 / std::sqrt(n + 2.0), 0.12) << count;
  }
}

}  // namespace
}  // namespace tsctl
