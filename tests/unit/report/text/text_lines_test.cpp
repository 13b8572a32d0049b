#include "tsctl/report/text/text_lines.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

TEST(TextLines, continue_a_long_line_below_its_text) {
  EXPECT_EQ(fitted(line("measured", "one two three four five"), 26),
            "measured   one two three\n           four five\n");
  EXPECT_EQ(fitted(line(caution("warning"), "one two three four five"), 26),
            caution("warning") + "    one two three\n           four five\n");
  EXPECT_EQ(fitted("  indented text that is long\n", 20), "  indented text that\n  is long\n");
}

TEST(TextLines, stay_as_they_are_without_a_width_or_within_it) {
  const std::string lines = line("file", "a name that is long") + "\n" + line("", "more");
  EXPECT_EQ(fitted(lines, 0), lines);
  EXPECT_EQ(fitted(lines, 30), lines);
}

TEST(TextLines, never_break_a_word) {
  EXPECT_EQ(fitted(line("file", "aaaaaaaaaaaaaaaaaaaaaaaa b"), 24),
            "file       aaaaaaaaaaaaaaaaaaaaaaaa\n           b\n");
}

}  // namespace
}  // namespace tsctl
