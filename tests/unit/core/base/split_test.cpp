#include "tsctl/core/base/split.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Split, gives_the_parts_between_separators) {
  EXPECT_EQ(split("B=1,8", ','), (Parts{"B=1", "8"}));
  EXPECT_EQ(split("B=1,8", 'x'), (Parts{"B=1,8"}));
}

TEST(Split, gives_empty_parts_too) {
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",1,,", ','), (Parts{"", "1", "", ""}));
}

}  // namespace
}  // namespace tsctl
