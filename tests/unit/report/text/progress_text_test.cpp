#include "tsctl/report/text/progress_text.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

TEST(ProgressText, has_a_bar_the_time_and_the_time_left) {
  EXPECT_EQ(progress_text({"bench: launch 3 of 5", 0.45, 9.0, 67.9}, 80),
            "bench: launch 3 of 5  [=========           ]   45%  1:07  0:11 left");
  EXPECT_EQ(progress_text({"bench", 1.0, 9.0, 9.0}, 80),
            "bench  [====================]  100%  0:09  0:00 left");
}

TEST(ProgressText, leaves_out_what_is_unknown) {
  EXPECT_EQ(progress_text({"tracing", std::nullopt, 3.0, 65.0}, 80), "tracing  1:05");
  EXPECT_EQ(progress_text({"bench", 0.001, 3.0, 3.0}, 80),
            "bench  [                    ]    0%  0:03");
}

TEST(ProgressText, fits_a_narrow_terminal) {
  const std::string text = progress_text({"building net.py:Größe", 0.5, 10.0, 10.0}, 30);
  EXPECT_EQ(text, "buildi…   50%  0:10  0:10 left");
  EXPECT_EQ(columns_of(progress_text({std::string(200, 'x'), 0.5, 1.0, 1.0}, 80)), 80U);
}

TEST(ProgressText, makes_the_bar_smaller_before_it_cuts_the_text) {
  EXPECT_EQ(progress_text({"tsctl: running eager on 2 input sets", 0.5, 10.0, 10.0}, 77),
            "tsctl: running eager on 2 input sets  [=======       ]   50%  0:10  0:10 left");
}

TEST(MinutesText, grows_with_the_time) {
  EXPECT_EQ(minutes_text(7.9), "0:07");
  EXPECT_EQ(minutes_text(754.0), "12:34");
  EXPECT_EQ(minutes_text(3723.0), "1:02:03");
  EXPECT_EQ(minutes_text(-1.0), "0:00");
}

}  // namespace
}  // namespace tsctl
