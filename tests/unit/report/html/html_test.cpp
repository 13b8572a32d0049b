#include "tsctl/report/html/html.h"

#include <gtest/gtest.h>

#include <string>

#include "tsctl/report/html/history_html.h"
#include "tsctl/report/html/svg_parts.h"

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
  for (const char* heading : {"Speed", "Distribution of a call&#39;s time", "Order of the run",
                              "Warm-up", "Machine", "System load during the measurement"}) {
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
  for (const char* kind : {"svg .line.series0", "svg .area.series5", "--text:", "--accent:"}) {
    EXPECT_LT(page.find(kind), page.rfind(kind)) << kind;
    EXPECT_GT(page.rfind(kind), dark) << kind;
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

TEST(Html, begins_with_the_command_and_the_verdict) {
  Report one = report();
  one.command = {"tsctl", "bench", "a.pt", "b.pt"};
  const std::string page = html_from_report(one);
  EXPECT_TRUE(shows(page, "<title>tsctl bench: a.pt</title>"));
  EXPECT_TRUE(
      shows(page, "<h1>tsctl bench: a.pt</h1>\n<p class=\"command\">tsctl bench a.pt b.pt"));
  EXPECT_TRUE(shows(page, "<p class=\"verdict\">Passed (exit 0)</p>"));

  one.status = ReportStatus::error;
  one.exit_code = 3;
  one.error = ErrorInfo{.kind = ErrorKind::input, .message = "it is gone", .hint = "fetch it"};
  const std::string failed = html_from_report(one);
  EXPECT_TRUE(shows(failed, "<p class=\"verdict failed\">Error (exit 3)</p>"));
  EXPECT_TRUE(shows(failed, "it is gone\nTo do: fetch it"));
}

TEST(Html, says_what_the_times_of_a_busy_host_leave_out) {
  Report busy = report();
  EXPECT_FALSE(shows(html_from_report(busy), "waits for a core"));
  busy.bench->arms[0].core_wait_share = 0.5;
  busy.bench->arms[1].core_wait_share = 0.25;
  EXPECT_TRUE(
      shows(html_from_report(busy),
            "<th>waits for a core</th><td>excluded from the times: 50.0% of a, 25.0% of b"));
}

TEST(Html, draws_the_limit_of_a_gate) {
  Report gated = report();
  EXPECT_FALSE(shows(html_from_report(gated), "class=\"limit\""));
  gated.bench->pairs[0].gate = Gate::fail;
  gated.bench->pairs[0].gate_limit = 0.95;
  const std::string page = html_from_report(gated);
  EXPECT_TRUE(shows(page, "class=\"limit\""));
  EXPECT_TRUE(shows(page, "limit 0.95"));
  EXPECT_TRUE(shows(page, "<td class=\"bad\">fail (limit 0.95"));
}

TEST(Html, shows_comparisons_of_outputs_as_tables) {
  Report verified;
  verified.status = ReportStatus::check_failed;
  verified.verify = {{.reference = "a", .candidate = "b", .status = Match::differ, .max_abs = 0.5}};
  verified.verify[0].calls = {{.set = "B=1", .call = 1, .status = Match::differ}};
  verified.verify[0].calls[0].outputs = {{.output = "out.logits",
                                          .status = Match::differ,
                                          .reason = DifferenceReason::values,
                                          .detail = "3 of 4 elements",
                                          .dtype = "float32",
                                          .shape = {4},
                                          .max_abs = 0.5,
                                          .index = {2},
                                          .reference_value = 1.0,
                                          .candidate_value = 1.5}};
  const std::string page = html_from_report(verified);
  EXPECT_FALSE(shows(page, "<pre"));
  EXPECT_TRUE(shows(page, "<td>out.logits</td><td>float32 [4]</td><td class=\"bad\">differ</td>"));
  EXPECT_TRUE(shows(page, "at [2]: 1 against 1.5; 3 of 4 elements"));
}

TEST(Html, shows_the_differences_of_two_files_as_tables) {
  Report compared;
  compared.diff.emplace();
  compared.diff->same = false;
  compared.diff->tensors = {{.name = "fc.weight",
                             .kind = TensorKind::parameter,
                             .change = TensorChangeKind::values,
                             .changed_elements = 3,
                             .count = 4}};
  compared.diff->methods = {{.name = "forward", .before = "forward(x)", .after = "forward(x, y)"}};
  compared.diff->ops = {{.method = "forward", .name = "aten::relu", .before = 1, .after = 2}};
  const std::string page = html_from_report(compared);
  EXPECT_FALSE(shows(page, "<pre"));
  EXPECT_TRUE(shows(page, "<td>fc.weight</td><td>parameter</td><td>values: 3 of 4 differ</td>"));
  EXPECT_TRUE(shows(page, "<td>forward(x)</td><td>forward(x, y)</td>"));
  EXPECT_TRUE(shows(page, "<td>aten::relu</td><td class=\"number\">1</td>"));
}

TEST(Html, shows_what_a_file_holds_as_tables_and_its_code_as_code) {
  Report inspected;
  inspected.inspect.emplace();
  inspected.inspect->class_name = "__torch__.Net";
  inspected.inspect->tensors = {{.name = "fc.weight", .kind = TensorKind::parameter, .shape = {4}}};
  EXPECT_FALSE(shows(html_from_report(inspected), "<pre"));
  EXPECT_TRUE(shows(html_from_report(inspected), "<td>fc.weight</td><td>parameter</td>"));
  inspected.inspect->code = {{.record = "code/net.py", .text = "def f():\n  pass\n"}};
  EXPECT_TRUE(shows(html_from_report(inspected), "<pre>def f():\n  pass\n</pre>"));
}

TEST(Html, shows_a_plot_and_a_table_of_the_nights_of_each_series) {
  History history;
  history.series = {{.model = "cnn.pt", .arm = "new", .base = "pinned"}, {.arm = "pinned"}};
  for (int day = 1; day <= 5; ++day) {
    history.series[0].nights.push_back({.time = "2026-05-0" + std::to_string(day) + "T02:00:00Z",
                                        .outputs = "same",
                                        .speedup = day < 4 ? 1.3 : 1.1,
                                        .speedup_low = 1.0,
                                        .speedup_high = 1.4});
  }
  history.series[0].changes = {{.since = "2026-05-04T02:00:00Z",
                                .found = "2026-05-05T02:00:00Z",
                                .before = 1.3,
                                .after = 1.1}};
  history.series[0].verdict = HistoryVerdict::regression;
  const std::string page = html_from_history(history, HistoryMetric::speedup);
  EXPECT_TRUE(shows(page, "<h2>new of cnn.pt against pinned</h2>"));
  EXPECT_TRUE(shows(page, "<td>2026-05-04 02:00</td>"));
  EXPECT_TRUE(shows(page, "15.4% slower since 2026-05-04 02:00"));
  EXPECT_TRUE(shows(page, "<td class=\"bad\">regression</td>"));
  EXPECT_TRUE(shows(page, ">1.30 to 1.10</text>"));
  EXPECT_FALSE(shows(page, "<pre"));
}

}  // namespace
}  // namespace tsctl
