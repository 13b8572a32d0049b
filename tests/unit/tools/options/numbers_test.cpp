#include "options/numbers.h"

#include <gtest/gtest.h>

#include "tools/errors.h"

namespace tsctl {
namespace {

TEST(QuantityFrom, separates_the_number_from_its_unit) {
  EXPECT_EQ(quantity_from("2 min")->value, 2.0);
  EXPECT_EQ(quantity_from("2 min")->unit, "min");
  EXPECT_EQ(quantity_from("1e-3")->value, 1e-3);
  EXPECT_EQ(quantity_from("1e-3")->unit, "");
  for (const char* text : {"", "x2", "nan", "inf", "1e999"})
    EXPECT_FALSE(quantity_from(text).has_value()) << text;
}

TEST(FractionFrom, reads_fractions_and_percentages) {
  EXPECT_DOUBLE_EQ(fraction_from("0.02", "--max-regress"), 0.02);
  EXPECT_DOUBLE_EQ(fraction_from("2%", "--max-regress"), 0.02);
  EXPECT_DOUBLE_EQ(fraction_from("2 %", "--max-regress"), 0.02);
  EXPECT_DOUBLE_EQ(fraction_from("1e-3", "--max-regress"), 0.001);
  EXPECT_DOUBLE_EQ(fraction_from("0", "--max-regress"), 0.0);
}

TEST(FractionFrom, refuses_anything_else) {
  for (const std::string text :
       {"", "%", "two", "-1%", "2%%", "2% 3", "0.02x", "0.1 0.2", "nan", "inf", "1e999"}) {
    EXPECT_EQ(error_of([&] { fraction_from(text, "--max-regress"); }),
              "usage: --max-regress '" + text + "' is not a fraction | write 2% or 0.02");
  }
}

TEST(SecondsFrom, reads_times_with_and_without_units) {
  EXPECT_DOUBLE_EQ(seconds_from("60", "--budget"), 60.0);
  EXPECT_DOUBLE_EQ(seconds_from("1.5s", "--budget"), 1.5);
  EXPECT_DOUBLE_EQ(seconds_from("250ms", "--budget"), 0.25);
  EXPECT_DOUBLE_EQ(seconds_from("0.5min", "--budget"), 30.0);
}

TEST(SecondsFrom, refuses_anything_else) {
  for (const std::string text : {"", "s", "0", "-1s", "3h", "nan", "inf"}) {
    EXPECT_EQ(error_of([&] { seconds_from(text, "--budget"); }),
              "usage: --budget '" + text + "' is not a time above 0 | write 60, 60s or 2min");
  }
}

TEST(BytesFrom, reads_sizes_with_both_kinds_of_units) {
  EXPECT_EQ(bytes_from("4096", "--memory"), 4096);
  EXPECT_EQ(bytes_from("8GiB", "--memory"), std::int64_t{8} << 30);
  EXPECT_EQ(bytes_from("8G", "--memory"), std::int64_t{8} << 30);
  EXPECT_EQ(bytes_from("1.5 MB", "--memory"), 1'500'000);
  EXPECT_EQ(bytes_from("none", "--memory"), 0);
}

TEST(BytesFrom, refuses_anything_else) {
  for (const std::string text : {"", "0", "-1", "1e30", "8X", "GiB", "nan", "0.2"}) {
    EXPECT_EQ(error_of([&] { bytes_from(text, "--memory"); }),
              "usage: --memory '" + text +
                  "' is not a size above 0 | write 8GiB, 500MB, or none for no limit")
        << text;
  }
}

}  // namespace
}  // namespace tsctl
