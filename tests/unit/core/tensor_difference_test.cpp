#include "tsctl/core/tensor_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tsctl/core/tolerance.h"

namespace tsctl {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Difference difference(const std::vector<double>& reference, const std::vector<double>& candidate,
                      const Tolerance& tolerance = {1e-5, 0.0}, bool equal_nan = false) {
  EXPECT_EQ(reference.size(), candidate.size());
  return difference_between(reference.data(), candidate.data(), reference.size(), tolerance,
                            equal_nan);
}

TEST(TensorDifference, reports_where_and_how_far_values_differ) {
  const Difference found = difference({1.0, -4.0, 0.5}, {1.0, -4.5, 0.75});
  EXPECT_FALSE(found.same);
  EXPECT_EQ(found.count, 3U);
  EXPECT_EQ(found.mismatched, 2U);
  EXPECT_EQ(found.max_abs, 0.5);
  EXPECT_EQ(found.max_rel, 0.5);
  EXPECT_EQ(found.max_abs_index, 1U);
  EXPECT_EQ(found.first_mismatch_index, 1U);
  EXPECT_EQ(found.worst_index, 1U);
  EXPECT_EQ(found.reference_at_worst, -4.0);
  EXPECT_EQ(found.candidate_at_worst, -4.5);
  EXPECT_EQ(found.reference_peak, 4.0);
  EXPECT_EQ(found.max_abs_to_peak, 0.125);
  EXPECT_EQ(found.would_pass_rtol, 0.125);
  EXPECT_FALSE(found.proves_nothing);
}

TEST(TensorDifference, compares_differences_with_the_peak_of_the_output) {
  // 5e-6 is 500% of the element it is in, and 5e-7 of the largest.
  const Difference found = difference({10.0, 1e-6}, {10.0, 6e-6});
  EXPECT_TRUE(found.same);
  EXPECT_NEAR(found.max_rel, 5.0, 1e-9);
}

TEST(TensorDifference, accepts_a_difference_exactly_at_the_tolerance) {
  EXPECT_TRUE(difference({4.0, 1.0}, {4.5, 1.0}, {0.125, 0.0}).same);
  EXPECT_FALSE(difference({4.0, 1.0}, {std::nextafter(4.5, 5.0), 1.0}, {0.125, 0.0}).same);
  EXPECT_TRUE(difference({4.0, 1.0}, {4.75, 1.0}, {0.125, 0.25}).same);
  EXPECT_TRUE(difference({0.0, 0.0}, {0.25, 0.0}, {0.0, 0.25}).same);
}

TEST(TensorDifference, fails_a_nan_against_a_number_for_any_tolerance) {
  const Tolerance anything{1e300, 1e300};
  for (const double other : {0.0, 1.0, kInf, -kInf}) {
    const Difference candidate_nan = difference({1.0, other}, {1.0, kNaN}, anything, true);
    EXPECT_FALSE(candidate_nan.same);
    EXPECT_EQ(candidate_nan.mismatched, 1U);
    EXPECT_EQ(candidate_nan.nonfinite_mismatches, 1U);
    EXPECT_EQ(candidate_nan.first_mismatch_index, 1U);
    EXPECT_TRUE(std::isnan(candidate_nan.candidate_at_worst));
    EXPECT_EQ(candidate_nan.would_pass_rtol, std::nullopt);
    EXPECT_FALSE(difference({1.0, kNaN}, {1.0, other}, anything, true).same);
  }
}

TEST(TensorDifference, passes_nan_against_nan_only_when_asked_to) {
  EXPECT_FALSE(difference({1.0, kNaN}, {1.0, kNaN}).same);
  const Difference found = difference({1.0, kNaN}, {1.0, kNaN}, {}, true);
  EXPECT_TRUE(found.same);
  EXPECT_EQ(found.nonfinite_mismatches, 0U);
  EXPECT_EQ(found.would_pass_rtol, 0.0);
}

TEST(TensorDifference, passes_infinity_only_against_the_same_infinity) {
  EXPECT_TRUE(difference({1.0, kInf, -kInf}, {1.0, kInf, -kInf}).same);
  EXPECT_FALSE(difference({1.0, kInf}, {1.0, -kInf}, {1e9, 1e9}).same);
  EXPECT_FALSE(difference({1.0, kInf}, {1.0, 3.0}, {1e9, 1e9}).same);
  EXPECT_FALSE(difference({1.0, 3.0}, {1.0, kInf}, {1e9, 1e9}).same);
  EXPECT_EQ(difference({1.0, kInf}, {1.0, kInf}).reference_peak, 1.0);
}

TEST(TensorDifference, shows_the_first_nonfinite_mismatch_before_a_large_difference) {
  const Difference found = difference({1.0, 2.0, 3.0, 4.0}, {1.0, 90.0, kNaN, kInf});
  EXPECT_EQ(found.mismatched, 3U);
  EXPECT_EQ(found.nonfinite_mismatches, 2U);
  EXPECT_EQ(found.first_mismatch_index, 1U);
  EXPECT_EQ(found.max_abs_index, 1U);
  EXPECT_EQ(found.worst_index, 2U);
}

TEST(TensorDifference, takes_minus_zero_for_zero_and_sees_denormals) {
  EXPECT_TRUE(difference({0.0, 1.0}, {-0.0, 1.0}, {0.0, 0.0}).same);
  constexpr double kDenormal = std::numeric_limits<double>::denorm_min();
  const Difference found = difference({0.0, 1.0}, {kDenormal, 1.0}, {0.0, 0.0});
  EXPECT_FALSE(found.same);
  EXPECT_EQ(found.max_abs, kDenormal);
}

TEST(TensorDifference, has_no_passing_rtol_against_a_reference_of_zeros) {
  const Difference found = difference({0.0, 0.0}, {0.0, 1e-30});
  EXPECT_FALSE(found.same);
  EXPECT_EQ(found.would_pass_rtol, std::nullopt);
  EXPECT_EQ(found.max_abs_to_peak, kInf);
  EXPECT_EQ(difference({0.0, 0.0}, {0.0, 0.0}).would_pass_rtol, 0.0);
  EXPECT_EQ(difference({0.0, 0.0}, {0.0, 0.5}, {0.0, 0.5}).would_pass_rtol, 0.0);
}

TEST(TensorDifference, survives_differences_that_overflow) {
  constexpr double kMax = std::numeric_limits<double>::max();
  const Difference found = difference({kMax, 1.0}, {-kMax, 1.0});
  EXPECT_FALSE(found.same);
  EXPECT_EQ(found.mismatched, 1U);
  EXPECT_EQ(found.nonfinite_mismatches, 0U);
  EXPECT_EQ(found.max_abs_index, 0U);
  EXPECT_EQ(found.would_pass_rtol, std::nullopt);
}

TEST(TensorDifference, says_which_rtol_just_passes) {
  std::mt19937_64 random(9);
  const auto drawn = [&random] {
    return std::ldexp(static_cast<double>(random() >> 11), -53 + static_cast<int>(random() % 40));
  };
  for (int i = 0; i < 2000; ++i) {
    const std::vector<double> reference{drawn(), -drawn(), drawn()};
    const std::vector<double> candidate{reference[0] + drawn() * 1e-3, reference[1], reference[2]};
    const double atol = i % 2 == 0 ? 0.0 : drawn() * 1e-4;
    const Difference found = difference(reference, candidate, {0.0, atol});
    ASSERT_TRUE(found.would_pass_rtol.has_value());
    const double rtol = *found.would_pass_rtol;
    ASSERT_TRUE(difference(reference, candidate, {rtol, atol}).same) << i;
    // A part in a million less does not.
    if (rtol > 0.0 && atol == 0.0) {
      ASSERT_FALSE(difference(reference, candidate, {rtol * (1.0 - 1e-6), atol}).same);
    }
  }
}

TEST(TensorDifference, detects_references_that_prove_nothing) {
  EXPECT_TRUE(difference({1e-10, -2e-10}, {1e-10, -2e-10}).proves_nothing);
  EXPECT_TRUE(difference({3.0, 3.0, 3.0}, {3.0, 3.0, 3.0}).proves_nothing);
  EXPECT_TRUE(difference({0.0, -0.0}, {0.0, 0.0}).proves_nothing);
  EXPECT_TRUE(difference({kNaN, kNaN}, {kNaN, kNaN}).proves_nothing);
  EXPECT_FALSE(difference({1e-6, 0.0}, {1e-6, 0.0}).proves_nothing);
  EXPECT_FALSE(difference({3.0}, {3.0}).proves_nothing);
  EXPECT_TRUE(difference({1e-7}, {1e-7}).proves_nothing);
  const std::int64_t zeros[2] = {0, 0};
  EXPECT_FALSE(difference_between(zeros, zeros, 2, {}).proves_nothing);
}

TEST(TensorDifference, of_empty_arrays_is_none) {
  const Difference found = difference({}, {});
  EXPECT_TRUE(found.same);
  EXPECT_EQ(found.count, 0U);
  EXPECT_EQ(found.would_pass_rtol, 0.0);
  EXPECT_FALSE(found.proves_nothing);
}

TEST(TensorDifference, compares_floats_without_rounding_in_between) {
  const std::vector<float> reference{1.0F, 0.1F};
  const std::vector<float> candidate{1.0F, std::nextafterf(0.1F, 1.0F)};
  const Difference found =
      difference_between(reference.data(), candidate.data(), 2, {0.0, 0.0}, false);
  EXPECT_EQ(found.max_abs, static_cast<double>(candidate[1]) - static_cast<double>(reference[1]));
  EXPECT_FALSE(found.same);
}

TEST(TensorDifference, compares_integers_exactly) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  // As doubles both would be 2^53.
  const std::int64_t large[2] = {9007199254740992, kMin};
  const std::int64_t larger[2] = {9007199254740993, kMin};
  const Difference next = difference_between(large, larger, 2, {});
  EXPECT_EQ(next.mismatched, 1U);
  EXPECT_EQ(next.max_abs, 1.0);
  EXPECT_TRUE(difference_between(large, large, 2, {}).same);

  const std::int64_t ends[1] = {kMin};
  const std::int64_t other_ends[1] = {kMax};
  const Difference wide = difference_between(ends, other_ends, 1, {});
  EXPECT_EQ(wide.max_abs, 0x1.0p64);
  EXPECT_EQ(wide.reference_peak, 0x1.0p63);
}

TEST(TensorDifference, applies_a_given_tolerance_to_integers) {
  const std::int64_t reference[2] = {100, 7};
  const std::int64_t candidate[2] = {101, 7};
  EXPECT_FALSE(difference_between(reference, candidate, 2, {}).same);
  EXPECT_TRUE(difference_between(reference, candidate, 2, {0.0, 1.0}).same);
  EXPECT_TRUE(difference_between(reference, candidate, 2, {0.01, 0.0}).same);
}

// The plain rule, one element at a time, that the fast comparison must agree with.
struct Plain {
  std::size_t mismatched = 0;
  double max_abs = 0.0;
  double max_rel = 0.0;
  double peak = 0.0;
  std::size_t max_abs_index = 0;
};

Plain plain_difference(const std::vector<float>& reference, const std::vector<float>& candidate,
                       double rtol) {
  Plain plain;
  for (const float value : reference) {
    if (std::isfinite(value))
      plain.peak = std::max(plain.peak, std::abs(static_cast<double>(value)));
  }
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const auto r = static_cast<double>(reference[i]);
    const auto c = static_cast<double>(candidate[i]);
    if (!std::isfinite(r) || !std::isfinite(c)) {
      plain.mismatched += r == c ? 0 : 1;
      continue;
    }
    if (std::abs(c - r) > plain.max_abs) plain.max_abs_index = i;
    plain.max_abs = std::max(plain.max_abs, std::abs(c - r));
    if (r != 0.0) plain.max_rel = std::max(plain.max_rel, std::abs(c - r) / std::abs(r));
    plain.mismatched += std::abs(c - r) > rtol * plain.peak ? 1 : 0;
  }
  return plain;
}

TEST(TensorDifference, agrees_with_the_plain_rule_on_long_arrays) {
  constexpr double kRtol = 1e-5;
  std::mt19937_64 random(4);
  for (const std::size_t count : {1U, 7U, 2047U, 2048U, 2049U, 6144U, 10'007U}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<float> reference(count);
      std::vector<float> candidate(count);
      for (std::size_t i = 0; i < count; ++i) {
        reference[i] = static_cast<float>(static_cast<double>(random() >> 11) * 0x1.0p-52 - 1.0);
        candidate[i] =
            reference[i] + (random() % 8 == 0 ? 1e-5F * static_cast<float>(random() % 3) : 0.0F);
      }
      if (round % 2 == 1) {
        constexpr float kOdd[] = {std::numeric_limits<float>::quiet_NaN(),
                                  std::numeric_limits<float>::infinity(),
                                  -std::numeric_limits<float>::infinity(),
                                  0.0F,
                                  -0.0F,
                                  1e30F};
        for (int odd = 0; odd < 4; ++odd) {
          (random() % 2 == 0 ? reference : candidate)[random() % count] =
              kOdd[random() % std::size(kOdd)];
        }
      }
      const Plain plain = plain_difference(reference, candidate, kRtol);
      const Difference found =
          difference_between(reference.data(), candidate.data(), count, {kRtol, 0.0}, false);
      ASSERT_EQ(found.mismatched, plain.mismatched);
      ASSERT_EQ(found.same, plain.mismatched == 0);
      ASSERT_EQ(found.max_abs, plain.max_abs);
      ASSERT_EQ(found.max_abs_index, plain.max_abs_index);
      ASSERT_EQ(found.max_rel, plain.max_rel);
      ASSERT_EQ(found.reference_peak, plain.peak);
    }
  }
}

TEST(IndexInShape, is_the_row_major_index) {
  EXPECT_EQ(index_in_shape(0, {2, 3, 4}), (std::vector<std::int64_t>{0, 0, 0}));
  EXPECT_EQ(index_in_shape(23, {2, 3, 4}), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(index_in_shape(15, {2, 3, 4}), (std::vector<std::int64_t>{1, 0, 3}));
  EXPECT_TRUE(index_in_shape(0, {}).empty());
}

}  // namespace
}  // namespace tsctl
