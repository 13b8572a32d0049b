#include "tsctl/engine/packed/placeholders.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tsctl::packed {
namespace {

TEST(Placeholders, are_replaced_by_their_values) {
  EXPECT_EQ(fill_in("def f(self: $CLASS) -> $CLASS: return $AFTER_PLAIN + 1\n",
                    {{"CLASS", "a.B"}, {"AFTER", "no"}, {"AFTER_PLAIN", "y"}}),
            "def f(self: a.B) -> a.B: return y + 1\n");
  EXPECT_EQ(fill_in("\"$NAME\"", {{"NAME", ""}}), "\"\"");
  EXPECT_EQ(fill_in("CLASS", {{"CLASS", "a.B"}}), "CLASS");
}

TEST(Placeholders, are_not_looked_for_in_values) {
  EXPECT_EQ(fill_in("$A, $B", {{"A", "$B"}, {"B", "$C"}}), "$B, $C");
}

TEST(Placeholders, without_a_value_are_a_mistake) {
  for (const char* text : {"$CLASS_NAME", "$", "$ CLASS", "$class", "$CLASS $OTHER"})
    EXPECT_THROW(fill_in(text, {{"CLASS", "a.B"}}), std::logic_error) << text;
}

}  // namespace
}  // namespace tsctl::packed
