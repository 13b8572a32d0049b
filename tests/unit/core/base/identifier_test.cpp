#include "tsctl/core/base/identifier.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(Identifier, is_letters_digits_and_underscores_without_a_leading_digit) {
  for (const char* const name : {"x", "_", "input_ids", "X1", "_9"})
    EXPECT_TRUE(is_identifier(name)) << name;
  for (const char* const other : {"", "1x", "a-b", "a.b", "a b", " a", "é"})
    EXPECT_FALSE(is_identifier(other)) << other;
}

}  // namespace
}  // namespace tsctl
