#include "tsctl/core/inputs/random_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace tsctl {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

std::vector<std::int64_t> integers(const DrawKey& key, std::size_t count, std::int64_t low,
                                   std::int64_t high) {
  std::vector<std::int64_t> values(count);
  fill_integers(key, values.data(), count, low, high);
  return values;
}

// The expected numbers in this file were computed with a second implementation, in Python, whose generator gives
// SplitMix64's published numbers (6457827717110365317, 3203168211198807973, … for state 1234567).
TEST(FillIntegers, has_known_answers) {
  EXPECT_EQ(integers({0, 0}, 12, 0, 9),
            (std::vector<std::int64_t>{6, 7, 3, 6, 7, 1, 7, 2, 3, 5, 4, 1}));
  EXPECT_EQ(integers({0, 1}, 12, 0, 9),
            (std::vector<std::int64_t>{2, 2, 8, 1, 4, 5, 3, 2, 5, 2, 8, 3}));
  EXPECT_EQ(integers({7, 1003}, 12, -5, 4),
            (std::vector<std::int64_t>{4, -3, -5, 0, 2, 0, 2, -2, -2, -1, -3, -3}));
}

TEST(FillIntegers, spans_all_integers_when_asked_to) {
  // Offsets from the lowest are the generator's bits themselves.
  constexpr auto kOffset = static_cast<std::uint64_t>(kLowest);
  const std::vector<std::int64_t> drawn = integers({7, 1003}, 3, kLowest, kHighest);
  EXPECT_EQ(static_cast<std::uint64_t>(drawn[0]) - kOffset,
            static_cast<std::uint64_t>(-317614176235577315));
  EXPECT_EQ(static_cast<std::uint64_t>(drawn[1]) - kOffset, 4871344821218225711U);
  EXPECT_EQ(static_cast<std::uint64_t>(drawn[2]) - kOffset, 257623236976941635U);
}

TEST(FillIntegers, includes_both_ends) {
  const std::vector<std::int64_t> drawn = integers({3, 0}, 1000, -2, 2);
  EXPECT_EQ(*std::ranges::min_element(drawn), -2);
  EXPECT_EQ(*std::ranges::max_element(drawn), 2);
  EXPECT_EQ(integers({3, 0}, 4, 8, 8), (std::vector<std::int64_t>{8, 8, 8, 8}));
  EXPECT_EQ(integers({3, 0}, 2, kHighest, kHighest),
            (std::vector<std::int64_t>{kHighest, kHighest}));
}

TEST(FillUniform, has_known_answers) {
  std::vector<double> drawn(4);
  fill_uniform({0, 0}, drawn.data(), drawn.size(), 0.0, 1.0);
  EXPECT_EQ(drawn, (std::vector<double>{0.6524484863740322, 0.7012121095215252, 0.3871241409757855,
                                        0.656413707073071}));
  fill_uniform({7, 1003}, drawn.data(), drawn.size(), -1.0, 1.0);
  EXPECT_EQ(drawn[0], 2.0 * 0.9827821010056597 - 1.0);
}

TEST(FillUniform, excludes_the_upper_end_also_after_rounding_to_float) {
  // Only two floats lie in [1, 1 + 2 ulp), so that rounding would reach the end often.
  constexpr float kUlp = std::numeric_limits<float>::epsilon();
  const double high = 1.0 + 2.0 * static_cast<double>(kUlp);
  std::vector<float> drawn(1000);
  fill_uniform({1, 0}, drawn.data(), drawn.size(), 1.0, high);
  for (const float value : drawn) EXPECT_TRUE(value == 1.0F || value == 1.0F + kUlp) << value;
}

TEST(FillUniform, gives_the_one_value_of_a_range_without_width) {
  std::vector<double> drawn(3);
  fill_uniform({1, 0}, drawn.data(), drawn.size(), 0.25, 0.25);
  EXPECT_EQ(drawn, (std::vector<double>{0.25, 0.25, 0.25}));
}

TEST(FillUniform, stays_finite_over_the_widest_range) {
  constexpr double kMax = std::numeric_limits<double>::max();
  std::vector<double> drawn(100);
  fill_uniform({1, 0}, drawn.data(), drawn.size(), -kMax, kMax);
  for (const double value : drawn) EXPECT_TRUE(std::isfinite(value));
  EXPECT_LT(*std::ranges::min_element(drawn), -0.5 * kMax);
  EXPECT_GT(*std::ranges::max_element(drawn), 0.5 * kMax);
}

TEST(FillNormal, has_known_answers) {
  std::vector<double> drawn(6);
  fill_normal({0, 0}, drawn.data(), drawn.size());
  const std::vector<double> expected{-0.4387214756878968, -1.3860765618815576, -0.5489113474545084,
                                     -0.8233359505076742, 1.0685959937297993,  1.399916381122837};
  // Four units in the last place for another C library's logarithm, sine and cosine.
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_DOUBLE_EQ(drawn[i], expected[i]);
  fill_normal({7, 1003}, drawn.data(), drawn.size());
  EXPECT_DOUBLE_EQ(drawn[1], 2.8390549413568262);
}

TEST(FillNormal, rounds_the_same_numbers_to_float) {
  std::vector<double> wide(101);
  std::vector<float> narrow(101);
  fill_normal({5, 2}, wide.data(), wide.size());
  fill_normal({5, 2}, narrow.data(), narrow.size());
  for (std::size_t i = 0; i < wide.size(); ++i) EXPECT_EQ(narrow[i], static_cast<float>(wide[i]));
}

TEST(FillNormal, is_standard_normal) {
  std::vector<double> drawn(100'000);
  fill_normal({11, 0}, drawn.data(), drawn.size());
  double mean = 0.0;
  double square = 0.0;
  double fourth = 0.0;
  const auto count = static_cast<double>(drawn.size());
  for (const double value : drawn) {
    mean += value / count;
    square += value * value / count;
    fourth += value * value * value * value / count;
  }
  EXPECT_NEAR(mean, 0.0, 0.015);
  EXPECT_NEAR(square, 1.0, 0.02);
  EXPECT_NEAR(fourth, 3.0, 0.15);
}

TEST(Fill, gives_a_longer_draw_the_shorter_one_as_its_beginning) {
  std::vector<float> longer(10);
  fill_normal({1, 2}, longer.data(), 10);
  for (std::size_t count = 0; count <= 10; ++count) {
    std::vector<float> shorter(count);
    fill_normal({1, 2}, shorter.data(), count);
    EXPECT_TRUE(std::ranges::equal(shorter, std::span(longer).first(count))) << count;
  }
  const std::vector<std::int64_t> eight = integers({1, 2}, 8, 0, 99);
  const std::vector<std::int64_t> three = integers({1, 2}, 3, 0, 99);
  EXPECT_TRUE(std::ranges::equal(three, std::span(eight).first(three.size())));
}

TEST(Fill, differs_by_seed_and_by_stream) {
  const auto first = integers({0, 0}, 8, 0, 1'000'000);
  EXPECT_NE(first, integers({1, 0}, 8, 0, 1'000'000));
  EXPECT_NE(first, integers({0, 1}, 8, 0, 1'000'000));
  EXPECT_NE(integers({1, 2}, 8, 0, 1'000'000), integers({2, 1}, 8, 0, 1'000'000));
}

}  // namespace
}  // namespace tsctl
