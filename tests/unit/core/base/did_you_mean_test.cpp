#include "tsctl/core/base/did_you_mean.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

const std::vector<std::string> kNames{"float32", "float64", "int64", "bool"};

TEST(EditDistance, counts_insertions_deletions_replacements_and_swaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("flaot", "float"), 1U);
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
}

TEST(EditDistance, ignores_case) { EXPECT_EQ(edit_distance("INT64", "int64"), 0U); }

TEST(ClosestName, finds_a_mistyped_name) {
  EXPECT_EQ(closest_name("flaot32", kNames), "float32");
  EXPECT_EQ(closest_name("Int64", kNames), "int64");
  EXPECT_EQ(closest_name("boool", kNames), "bool");
}

TEST(ClosestName, takes_the_first_of_equally_near_names) {
  EXPECT_EQ(closest_name("float3", {"float1", "float2"}), "float1");
}

TEST(ClosestName, is_empty_when_nothing_is_close) {
  EXPECT_EQ(closest_name("quantized", kNames), "");
  EXPECT_EQ(closest_name("", kNames), "");
  EXPECT_EQ(closest_name("x", {"y"}), "");
  EXPECT_EQ(closest_name(std::string(10'000, 'a'), {std::string(10'000, 'a')}), "");
}

}  // namespace
}  // namespace tsctl
