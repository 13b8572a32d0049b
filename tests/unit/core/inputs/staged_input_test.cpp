#include "tsctl/core/inputs/staged_input.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

constexpr DrawKey kKey{4, 2};

TEST(StagingDtype, is_wide_enough_for_the_type_that_is_drawn) {
  EXPECT_EQ(staging_dtype(Dtype::float64), Dtype::float64);
  EXPECT_EQ(staging_dtype(Dtype::complex128), Dtype::float64);
  for (const Dtype real : {Dtype::float32, Dtype::float16, Dtype::bfloat16, Dtype::complex64}) {
    EXPECT_EQ(staging_dtype(real), Dtype::float32);
  }
  for (const Dtype whole :
       {Dtype::int64, Dtype::int32, Dtype::int16, Dtype::int8, Dtype::uint8, Dtype::boolean}) {
    EXPECT_EQ(staging_dtype(whole), Dtype::int64);
  }
}

TEST(FillStaged, draws_normal_numbers_unless_there_is_a_range) {
  std::vector<float> staged(9);
  std::vector<float> expected(9);
  fill_staged(Dtype::bfloat16, kKey, staged.data(), 9, std::nullopt, std::nullopt);
  fill_normal(kKey, expected.data(), 9);
  EXPECT_EQ(staged, expected);
  fill_staged(Dtype::float32, kKey, staged.data(), 9, -2.0, 3.0);
  fill_uniform(kKey, expected.data(), 9, -2.0, 3.0);
  EXPECT_EQ(staged, expected);
}

TEST(FillStaged, draws_two_reals_for_a_complex_number) {
  std::vector<double> staged(8);
  std::vector<double> expected(8);
  fill_staged(Dtype::complex128, kKey, staged.data(), 4, std::nullopt, std::nullopt);
  fill_normal(kKey, expected.data(), 8);
  EXPECT_EQ(staged, expected);
}

TEST(FillStaged, draws_integers_from_the_range_or_from_zero_and_one) {
  std::vector<std::int64_t> staged(50);
  std::vector<std::int64_t> expected(50);
  for (const Dtype dtype : {Dtype::int8, Dtype::boolean}) {
    fill_staged(dtype, kKey, staged.data(), 50, std::nullopt, std::nullopt);
    fill_integers(kKey, expected.data(), 50, 0, 1);
    EXPECT_EQ(staged, expected);
  }
  fill_staged(Dtype::int64, kKey, staged.data(), 50, -7.0, 7.0);
  fill_integers(kKey, expected.data(), 50, -7, 7);
  EXPECT_EQ(staged, expected);
}

}  // namespace
}  // namespace tsctl
