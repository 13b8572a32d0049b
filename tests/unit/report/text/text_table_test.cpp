#include "tsctl/report/text/text_table.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

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

TEST(TextTable, wraps_its_last_column_of_text_to_the_width) {
  TextTable table({"what", ">size", "detail"});
  table.add_row({"a", "1", "one two three four five six seven"});
  EXPECT_EQ(table.render(0, 40),
            "what  size  detail\n"
            "a        1  one two three four five six\n"
            "            seven\n");
}

TEST(TextTable, continues_below_with_the_columns_that_do_not_fit) {
  TextTable table({"arm", ">median", ">p99", ">speedup"});
  table.add_row({"eager", "1.500 ms", "2.000 ms", "1.00"});
  table.add_row({"fast", "1.000 ms", "1.500 ms", "1.50"});
  EXPECT_EQ(table.render(0, 26),
            "arm      median       p99\n"
            "eager  1.500 ms  2.000 ms\n"
            "fast   1.000 ms  1.500 ms\n"
            "\n"
            "arm    speedup\n"
            "eager     1.00\n"
            "fast      1.50\n");
}

TEST(TextTable, aligns_cells_with_colours_like_others) {
  TextTable table({"a", "b"});
  table.add_row({good("x"), "1"});
  table.add_row({"xy", "2"});
  EXPECT_EQ(table.render(), "a   b\n" + good("x") + "   1\nxy  2\n");
}

}  // namespace
}  // namespace tsctl
