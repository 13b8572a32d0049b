#include "tsctl/report/text/style.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(Style, takes_no_columns) {
  EXPECT_EQ(columns_of(good("größe")), 5U);
  EXPECT_EQ(plain(bad("no") + " and " + caution("maybe")), "no and maybe");
}

TEST(Style, plain_text_has_no_control_characters) {
  EXPECT_EQ(plain("a\x1b[2Jb\x07"
                  "c\r\n\td\x7f"),
            "abc\n\td");
  EXPECT_EQ(plain("cut \x1b["), "cut ");
  EXPECT_EQ(plain("cut \x1b"), "cut ");
}

TEST(ColouredVerdict, colours_the_first_word_alone) {
  EXPECT_EQ(coloured_verdict("OK  a.pt"), good("OK") + "  a.pt");
  EXPECT_EQ(coloured_verdict("PASS"), good("PASS"));
  EXPECT_EQ(coloured_verdict("FAIL  OK"), bad("FAIL") + "  OK");
  EXPECT_EQ(coloured_verdict("UNDECIDED  a"), caution("UNDECIDED") + "  a");
}

}  // namespace
}  // namespace tsctl
