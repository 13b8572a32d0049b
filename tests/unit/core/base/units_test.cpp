#include "tsctl/core/base/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tsctl {
namespace {

TEST(SecondsText, has_four_digits_in_the_unit_that_fits) {
  EXPECT_EQ(seconds_text(1.2345), "1.234 s");
  EXPECT_EQ(seconds_text(0.0012345), "1.234 ms");
  EXPECT_EQ(seconds_text(0.012345), "12.35 ms");
  EXPECT_EQ(seconds_text(0.12345), "123.5 ms");
  EXPECT_EQ(seconds_text(0.0000012345), "1.234 us");
  EXPECT_EQ(seconds_text(4.2e-9), "4.200 ns");
  EXPECT_EQ(seconds_text(98765.4), "98765 s");
  EXPECT_EQ(seconds_text(0.0), "0.000 s");
  EXPECT_EQ(seconds_text(-0.002), "-2.000 ms");
}

TEST(SecondsText, takes_the_next_unit_where_it_rounds_to_it) {
  EXPECT_EQ(seconds_text(0.99999), "1.000 s");
  EXPECT_EQ(seconds_text(0.9999), "999.9 ms");
  EXPECT_EQ(seconds_text(0.000999996), "1.000 ms");
  EXPECT_EQ(seconds_text(0.0099999), "10.00 ms");
  EXPECT_EQ(seconds_text(0.099999), "100.0 ms");
}

TEST(SecondsText, never_says_that_something_took_no_time) {
  for (double seconds = 1e-9; seconds < 1e3; seconds *= 1.7) {
    EXPECT_NE(seconds_text(seconds).substr(0, 4), "0.00") << seconds;
  }
}

TEST(SecondsText, has_a_dash_for_nothing) {
  EXPECT_EQ(seconds_text(std::optional<double>()), "-");
  EXPECT_EQ(seconds_text(std::optional<double>(2.0)), "2.000 s");
  EXPECT_EQ(seconds_text(std::nan("")), "-");
}

TEST(BytesText, scales_by_1024) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.00 KiB");
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(10 * 1024), "10.0 KiB");
  EXPECT_EQ(bytes_text(1782579), "1.70 MiB");
  EXPECT_EQ(bytes_text(1048575), "1.00 MiB");
  EXPECT_EQ(bytes_text(std::int64_t{3} << 30), "3.00 GiB");
  EXPECT_EQ(bytes_text(std::int64_t{5000} << 40), "5000.0 TiB");
}

TEST(PercentText, has_one_decimal) {
  EXPECT_EQ(percent_text(0.031), "3.1%");
  EXPECT_EQ(percent_text(1.5), "150.0%");
}

TEST(RatioText, has_two_decimals_and_more_for_small_ratios) {
  EXPECT_EQ(ratio_text(1.052), "1.05");
  EXPECT_EQ(ratio_text(0.987), "0.987");
  EXPECT_EQ(ratio_text(1.0), "1.000");
  EXPECT_EQ(ratio_text(12.34), "12.3");
  EXPECT_EQ(ratio_text(9.999), "10.0");
  EXPECT_EQ(ratio_text(0.004), "0.004");
  EXPECT_EQ(ratio_text(0.5), "0.50");
}

TEST(RateText, shortens_large_rates_and_keeps_small_ones) {
  EXPECT_EQ(rate_text(2.345e6), "2.35M");
  EXPECT_EQ(rate_text(12345.0), "12.3k");
  EXPECT_EQ(rate_text(810.4), "810");
  EXPECT_EQ(rate_text(99.999), "100");
  EXPECT_EQ(rate_text(8.1), "8.10");
  EXPECT_EQ(rate_text(0.0033), "0.0033");
  EXPECT_EQ(rate_text(0.0), "0.00");
}

TEST(NumberText, keeps_small_and_large_numbers_readable) {
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(3.1e-6), "3.10e-06");
  EXPECT_EQ(number_text(0.25), "0.25");
  EXPECT_EQ(number_text(-12.3456), "-12.35");
  EXPECT_EQ(number_text(1234567.0), "1.23e+06");
  EXPECT_EQ(number_text(std::nan("")), "nan");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(Counted, has_a_plural_for_everything_but_one) {
  EXPECT_EQ(counted(0, "core"), "0 cores");
  EXPECT_EQ(counted(1, "core"), "1 core");
  EXPECT_EQ(counted(2, "memory node"), "2 memory nodes");
}

TEST(OptionalNumbers, have_a_dash_for_none) {
  const std::optional<double> none;
  EXPECT_EQ(percent_text(none), "-");
  EXPECT_EQ(ratio_text(none), "-");
  EXPECT_EQ(rate_text(none), "-");
  EXPECT_EQ(number_text(none), "-");
  EXPECT_EQ(number_text(std::optional(0.5)), number_text(0.5));
  EXPECT_EQ(ratio_interval_text(none, none, none), "-");
}

TEST(RatioIntervalText, has_one_number_without_an_interval) {
  EXPECT_EQ(ratio_interval_text(std::optional(1.5), std::nullopt, std::nullopt), "1.50");
  EXPECT_EQ(ratio_interval_text(std::optional(1.5), 1.25, 1.75), "1.50 [1.25, 1.75]");
}

}  // namespace
}  // namespace tsctl
