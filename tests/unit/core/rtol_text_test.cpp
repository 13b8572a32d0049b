#include "tsctl/core/rtol_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace tsctl {
namespace {

TEST(RtolText, has_three_digits_and_rounds_up) {
  EXPECT_EQ(rtol_text(0.0), "0");
  EXPECT_EQ(rtol_text(1e-5), "1.00e-05");
  EXPECT_EQ(rtol_text(1.361e-7), "1.37e-07");
  EXPECT_EQ(rtol_text(1.369e-7), "1.37e-07");
  EXPECT_EQ(rtol_text(9.991e-7), "1.00e-06");
  EXPECT_EQ(rtol_text(0.04651), "0.0466");
  EXPECT_EQ(rtol_text(0.5), "0.5");
  EXPECT_EQ(rtol_text(std::nextafter(0.5, 1.0)), "0.501");
  EXPECT_EQ(rtol_text(1234.0), "1240");
  EXPECT_EQ(rtol_text(std::optional<double>()), "-");
}

TEST(RtolText, is_never_below_the_number_and_within_one_percent) {
  for (double rtol = 1e-17; rtol < 1e9; rtol *= 1.0137) {
    for (const double value : {rtol, std::nextafter(rtol, 1e300)}) {
      const double shown = std::strtod(rtol_text(value).c_str(), nullptr);
      EXPECT_GE(shown, value);
      EXPECT_LE(shown, value * 1.0101);
    }
  }
}

}  // namespace
}  // namespace tsctl
