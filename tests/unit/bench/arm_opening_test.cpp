#include "tsctl/bench/arm_opening.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(ArmOpening, takes_the_median_over_the_launches_that_tell) {
  ArmOpening first{.libraries_s = 0.3, .read_s = 0.1};
  first.loaded_bytes = 100;
  ArmOpening second{.libraries_s = 0.1};
  second.loaded_bytes = 300;
  ArmOpening third{.libraries_s = 0.2};
  third.loaded_bytes = 101;
  const ArmOpening middle = median_opening({first, second, third});
  EXPECT_DOUBLE_EQ(*middle.libraries_s, 0.2);
  EXPECT_DOUBLE_EQ(*middle.read_s, 0.1);
  EXPECT_FALSE(middle.deserialize_s.has_value());
  EXPECT_EQ(middle.loaded_bytes, 101);
  EXPECT_FALSE(middle.steady_bytes.has_value());
}

TEST(ArmOpening, is_empty_without_launches) {
  EXPECT_FALSE(median_opening({}).libraries_s.has_value());
}

}  // namespace
}  // namespace tsctl
