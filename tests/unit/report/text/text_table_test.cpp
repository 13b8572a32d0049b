#include "tsctl/report/text/text_table.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(TextTable, aligns_to_the_left_and_where_the_title_asks_to_the_right) {
  TextTable table({"arm", ">median", "outputs"});
  table.add_row({"eager", "1.5 ms", "reference"});
  table.add_row({"optimized", "12.25 ms", "same"});
  EXPECT_EQ(table.render(),
            "arm          median  outputs\n"
            "eager        1.5 ms  reference\n"
            "optimized  12.25 ms  same\n");
}

TEST(TextTable, counts_characters_and_not_bytes) {
  TextTable table({"name", ">size", "note"});
  table.add_row({"größe→", "1", "x"});
  table.add_row({"plain", "22…", "y"});
  EXPECT_EQ(table.render(),
            "name    size  note\n"
            "größe→     1  x\n"
            "plain    22…  y\n");
}

TEST(TextTable, fills_short_rows_and_drops_what_has_no_title) {
  TextTable table({"a", "b"});
  table.add_row({"1"});
  table.add_row({"1", "2", "3"});
  EXPECT_EQ(table.render(), "a  b\n1\n1  2\n");
}

TEST(TextTable, indents_every_line_and_leaves_no_blanks_at_the_end) {
  TextTable table({"a", "long title"});
  table.add_row({"1", "x"});
  table.add_row({"", ""});
  EXPECT_EQ(table.render(2), "  a  long title\n  1  x\n\n");
}

}  // namespace
}  // namespace tsctl
