#include "tsctl/report/text/history_text.h"

#include <gtest/gtest.h>

#include "tsctl/report/export/history_csv.h"

namespace tsctl {
namespace {

HistorySeries series() {
  HistorySeries one{.model = "cnn.pt", .arm = "new", .base = "pinned", .conditions = "cpu"};
  one.nights = {{.time = "2026-05-01T02:00:00Z",
                 .host = "ci-1",
                 .report = "r1",
                 .tags = {"commit=abc", "branch=main"},
                 .outputs = "same",
                 .speed = "faster",
                 .median_s = 0.001,
                 .speedup = 1.3,
                 .speedup_low = 1.29,
                 .speedup_high = 1.31}};
  one.compared_nights = 1;
  return one;
}

TEST(HistoryText, has_a_row_for_each_night) {
  EXPECT_EQ(history_text({.series = {series()}}, HistoryMetric::speedup),
            "new of cnn.pt against pinned\n  cpu\n"
            "  night             host            speedup  outputs  speed   tags\n"
            "  2026-05-01 02:00  ci-1  1.30 [1.29, 1.31]  same     faster  commit=abc branch=main\n"
            "\n");
  EXPECT_EQ(history_count_line({.series = {series()}}, HistoryMetric::speedup),
            "OK  1 series of 1 night");
}

TEST(HistoryText, shows_baselines_by_their_medians_only) {
  HistorySeries base = series();
  base.arm = "pinned";
  base.base.clear();
  EXPECT_EQ(history_text({.series = {base}}, HistoryMetric::speedup), "");
  EXPECT_EQ(history_count_line({.series = {base}}, HistoryMetric::speedup),
            "OK  0 series of 0 nights");
  const std::string medians = history_text({.series = {base}}, HistoryMetric::median);
  EXPECT_NE(medians.find("pinned of cnn.pt\n"), std::string::npos);
  EXPECT_NE(medians.find("1.000 ms"), std::string::npos);
}

TEST(HistoryCheckText, ends_with_the_result_of_all_series) {
  HistorySeries good = series();
  good.verdict = HistoryVerdict::unchanged;
  good.level = 1.3;
  good.resolution = 0.031;
  EXPECT_EQ(history_check_text({.series = {good}}),
            "new of cnn.pt against pinned: no regression in 1 night, now 1.30; a drop of 3.1% or "
            "more would be found in two nights\n");
  EXPECT_EQ(history_verdict_line({good}), "OK  no regression in 1 series");
  HistorySeries unclear = series();
  unclear.verdict = HistoryVerdict::undecided;
  unclear.reason = "3 nights";
  EXPECT_EQ(history_check_text({.series = {unclear, good}})
                .find("new of cnn.pt against pinned: "
                      "undecided: 3 nights\n"),
            0U);
  EXPECT_EQ(history_verdict_line({unclear, good}), "UNDECIDED  1 of 2 series");
  EXPECT_EQ(history_verdict_line({unclear, good}, /*undecided_allowed=*/true),
            "OK  1 of 2 series: undecided, allowed (--allow-undecided)");
  EXPECT_EQ(history_verdict_line({good}, /*undecided_allowed=*/true),
            "OK  no regression in 1 series");
  EXPECT_EQ(history_verdict_line({}),
            "UNDECIDED  there is no arm that was compared with a baseline");
}

TEST(HistoryCheckText, fails_for_a_regression_even_if_undecided_is_allowed) {
  HistorySeries slower = series();
  slower.verdict = HistoryVerdict::regression;
  slower.changes = {{.since = "2026-05-02T02:00:00Z",
                     .found = "2026-05-03T02:00:00Z",
                     .before = 1.3,
                     .after = 1.2,
                     .regression = true,
                     .current = true}};
  EXPECT_TRUE(history_verdict_line({slower}, /*undecided_allowed=*/true).starts_with("FAIL"));
}

TEST(HistoryCheckText, names_the_largest_regression_at_the_end) {
  HistorySeries small = series();
  small.verdict = HistoryVerdict::regression;
  small.changes = {{.since = "2026-05-02T02:00:00Z",
                    .found = "2026-05-03T02:00:00Z",
                    .before = 1.3,
                    .after = 1.2,
                    .regression = true,
                    .current = true}};
  HistorySeries large = small;
  large.arm = "other";
  large.changes[0].after = 0.65;
  EXPECT_EQ(history_verdict_line({small, large}),
            "FAIL  2 of 2 series with a regression: other of cnn.pt against pinned is 50.0% slower "
            "since 2026-05-02 02:00 (speedup 1.30 -> 0.65), found with the night of 2026-05-03 "
            "02:00");
}

TEST(HistoryCsv, is_tidy_and_quotes_what_must_be_quoted) {
  HistorySeries one = series();
  one.arm = "a \"quoted\", name";
  const std::string csv = csv_from_history({.series = {one}});
  EXPECT_EQ(csv.find("model,arm,base,conditions,time,host,tags,outputs,speed,median_s,p99_s,"
                     "speedup,speedup_low,speedup_high,"),
            0U);
  EXPECT_NE(csv.find("\r\ncnn.pt,\"a \"\"quoted\"\", name\",pinned,cpu,2026-05-01T02:00:00Z,ci-1,"
                     "commit=abc branch=main,same,faster,0.001,,1.3,1.29,1.31,"),
            std::string::npos)
      << csv;
}

}  // namespace
}  // namespace tsctl
