#include "session/output_limit.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(OutputLimit, shows_so_many_bytes_of_each_second_and_counts_the_rest) {
  OutputLimit limit(10);
  EXPECT_EQ(limit.allowed("12345678", 100.0), "12345678");
  EXPECT_EQ(limit.allowed("abcdef", 100.5), "ab");
  EXPECT_EQ(limit.allowed("ghi", 100.9), "");
  EXPECT_EQ(limit.dropped_bytes(), 7);
  EXPECT_EQ(limit.allowed("next", 101.0), "next");
  EXPECT_EQ(limit.dropped_bytes(), 7);
}

TEST(OutputLimit, of_0_is_none) {
  OutputLimit limit(0);
  EXPECT_EQ(limit.allowed("text", 1.0), "text");
  EXPECT_EQ(limit.dropped_bytes(), 0);
}

}  // namespace
}  // namespace tsctl
