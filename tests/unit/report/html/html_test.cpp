#include "tsctl/report/html/html.h"

#include <gtest/gtest.h>

#include <string>

#include "tsctl/report/html/html_bench.h"

namespace tsctl {
namespace {

ArmResult arm(const std::string& label, double median_s) {
  ArmResult arm{
      .label = label, .kind = ArmKind::file, .outputs = ArmOutputs::same, .median_s = median_s};
  arm.warm_up = WarmUpClass::flat;
  arm.warm_up_s = {2 * median_s, median_s, median_s};
  for (int i = 0; i <= 100; ++i) arm.quantiles_s.push_back(median_s * (0.9 + 0.002 * i));
  for (int launch = 1; launch <= 2; ++launch) {
    for (int round = 1; round <= 3; ++round)
      arm.blocks.push_back({.launch = launch, .round = round, .turn = 1, .median_s = median_s});
  }
  return arm;
}

Report report() {
  BenchResult bench;
  bench.arms = {arm("a", 0.001), arm("b", 0.002)};
  bench.pairs = {{.base = "a",
                  .arm = "b",
                  .speedup = 0.5,
                  .speedup_low = 0.49,
                  .speedup_high = 0.51,
                  .verdict = SpeedVerdict::slower,
                  .outputs = ArmOutputs::same,
                  .margin = 0.01}};
  bench.noise = SystemLoad{.cpu_pressure = 0.25, .context_switches = 4321};
  Report report;
  report.command = {"tsctl", "bench"};
  report.status = ReportStatus::pass;
  report.model.path = "a.pt";
  report.environment.cpu = "A CPU";
  report.environment.cores_visible = report.environment.cores_affinity = 2;
  report.bench = bench;
  return report;
}

bool shows(const std::string& page, const std::string& what) {
  return page.find(what) != std::string::npos;
}

TEST(Html, shows_each_plot_and_table_of_a_bench) {
  const std::string page = html_from_report(report());
  for (const char* heading :
       {"Speed", "Distribution of a call&#39;s time", "Order of the run", "Warm-up", "Machine",
        "System load during the measurement", "Report"}) {
    EXPECT_TRUE(shows(page, "<h2>" + std::string(heading) + "</h2>")) << heading;
  }
  EXPECT_TRUE(shows(page, "<th>governor</th><td>unavailable</td>"));
  EXPECT_TRUE(shows(page, "<th>context switches</th><td>4321</td>"));
  EXPECT_TRUE(shows(page, "b (flat)"));
}

TEST(Html, needs_no_network_and_no_script) {
  const std::string page = html_from_report(report());
  EXPECT_FALSE(shows(page, "<script"));
  EXPECT_FALSE(shows(page, "<link"));
  EXPECT_FALSE(shows(page, "src="));
  EXPECT_FALSE(shows(page, "url("));
  EXPECT_FALSE(shows(page, "@import"));
}

TEST(Html, has_colours_for_dark_paper_for_everything_that_has_one_on_light) {
  const std::string page = html_from_report(report());
  const std::size_t dark = page.find("@media (prefers-color-scheme: dark)");
  ASSERT_NE(dark, std::string::npos);
  for (const char* kind : {"svg .line.series0", "svg .area.series5", "body {", "svg .interval"}) {
    EXPECT_LT(page.find(kind), dark) << kind;
    EXPECT_NE(page.find(kind, dark), std::string::npos) << kind;
  }
}

TEST(Html, leaves_out_what_an_older_report_does_not_have) {
  Report old = report();
  for (ArmResult& arm : old.bench->arms) {
    arm.quantiles_s.clear();
    arm.blocks.clear();
  }
  old.bench->noise.reset();
  old.environment = {};
  const std::string page = html_from_report(old);
  EXPECT_FALSE(shows(page, "Distribution"));
  EXPECT_FALSE(shows(page, "Order of the run"));
  EXPECT_FALSE(shows(page, "Machine"));
  EXPECT_FALSE(shows(page, "meanwhile"));
  EXPECT_TRUE(shows(page, "<h2>Speed</h2>"));
  EXPECT_TRUE(shows(page, "<h2>Warm-up</h2>"));
}

TEST(Html, escapes_what_others_have_written) {
  Report hostile = report();
  const std::string text = "</td><script>alert('1')</script>";
  hostile.model.path = hostile.environment.cpu = hostile.bench->arms[1].label = text;
  hostile.bench->pairs[0].arm = text;
  hostile.environment.variables = {"OMP_X=" + text};
  hostile.bench->noise->gpu_throttle_reasons = {text};
  EXPECT_FALSE(shows(html_from_report(hostile), "<script"));
}

TEST(Html, stands_blocks_of_any_launch_number) {
  Report odd = report();
  odd.bench->arms[0].blocks = {{.launch = 2'000'000'000, .round = 1, .turn = 1, .median_s = 1.0},
                               {.launch = -5, .round = 2, .turn = 1, .median_s = 1.0}};
  EXPECT_TRUE(shows(html_from_report(odd), "Order of the run"));
}

}  // namespace
}  // namespace tsctl
