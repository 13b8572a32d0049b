#include "tsctl/report/text/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/text/lines_of.h"
#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

BenchResult made_up_bench() {
  BenchResult bench{.input_set = "B=8",
                    .device = "cpu",
                    .threads = 2,
                    .budget_s = 40.0,
                    .measured_s = 31.5,
                    .stopped_by = StopReason::precision};
  bench.arms = {{.label = "eager",
                 .kind = ArmKind::eager,
                 .outputs = ArmOutputs::reference,
                 .speed = ArmSpeed::reference,
                 .median_s = 0.00215,
                 .p99_s = 0.0031,
                 .spread = 0.043,
                 .throughput_per_s = 3720.9,
                 .throughput_unit = ThroughputUnit::items,
                 .samples = 540,
                 .launches = 5,
                 .first_call_s = 0.05,
                 .second_call_s = 0.003,
                 .third_call_s = 0.0022,
                 .steady_at_call = 7,
                 .load_s = 2.5,
                 .peak_memory_bytes = 300 << 20,
                 .page_faults_per_call = 12.5},
                {.label = "frozen",
                 .outputs = ArmOutputs::same,
                 .speed = ArmSpeed::faster,
                 .median_s = 0.00186,
                 .p99_s_reason = "60 samples, 300 are needed for a 99th percentile",
                 .spread = 0.02,
                 .throughput_per_s = 4301.0,
                 .throughput_unit = ThroughputUnit::items,
                 .samples = 60,
                 .launches = 5,
                 .first_call_s = 0.01,
                 .second_call_s = 0.02,
                 .third_call_s = 0.0019,
                 .load_s = 0.4,
                 .max_abs = 3.1e-7,
                 .peak_memory_bytes = 120 << 20},
                {.label = "wrong",
                 .outputs = ArmOutputs::differ,
                 .median_s = 0.0005,
                 .p99_s = 0.0006,
                 .spread = 0.01,
                 .throughput_per_s = 16000.0,
                 .throughput_unit = ThroughputUnit::items,
                 .samples = 1200,
                 .launches = 5,
                 .max_abs = 0.25,
                 .peak_memory_bytes = 1 << 20}};
  bench.pairs = {{.base = "eager",
                  .arm = "frozen",
                  .speedup = 1.156,
                  .speedup_low = 1.121,
                  .speedup_high = 1.19,
                  .verdict = SpeedVerdict::faster,
                  .outputs = ArmOutputs::same,
                  .pairs = 60,
                  .launches = 5},
                 {.base = "eager", .arm = "wrong", .outputs = ArmOutputs::differ}};
  return bench;
}

TEST(BenchText, has_a_row_for_each_arm_and_withholds_the_speed_of_a_wrong_one) {
  EXPECT_EQ(plain(bench_text(made_up_bench(), {.verbose = true})),
            "arm       median       p99  spread     throughput   speedup vs eager  faults/call  "
            "max diff  outputs    speed\n"
            "eager   2.150 ms  3.100 ms    4.3%   3721 items/s               1.00        12.50  "
            "       -  reference  reference\n"
            "frozen  1.860 ms         -    2.0%   4301 items/s  1.16 [1.12, 1.19]            -  "
            "3.10e-07  same       faster\n"
            "wrong   500.0 us  600.0 us    1.0%  16.0k items/s           withheld            -  "
            "    0.25  differ     -\n"
            "\n"
            "warm-up      load  1st call       2nd       3rd  steady from call     memory\n"
            "eager     2.500 s  50.00 ms  3.000 ms  2.200 ms                 7  300.0 MiB\n"
            "frozen   400.0 ms  10.00 ms  20.00 ms  1.900 ms                 -  120.0 MiB\n"
            "wrong           -         -         -         -                 -   1.00 MiB\n"
            "\n"
            "measured   5 launches of each arm, 60 rounds in random order, one arm at a time, on "
            "cpu with 2 threads, at "
            "B=8; ended by precision after 31.50 s\n");
}

TEST(BenchText, says_what_an_interval_that_is_too_wide_comes_from) {
  BenchResult bench = made_up_bench();
  bench.pairs[0].verdict = SpeedVerdict::inconclusive;
  bench.pairs[0].dominated_by = VariationSource::launches;
  EXPECT_NE(
      bench_text(bench, {}).find("'frozen': the interval's width comes from launches that differ"),
      std::string::npos);
  bench.pairs[0].dominated_by = VariationSource::rounds;
  EXPECT_NE(
      bench_text(bench, {}).find("'frozen': the interval's width comes from noise within launches"),
      std::string::npos);
}

TEST(BenchText, says_which_part_of_the_time_the_budget_does_not_count) {
  BenchResult bench = made_up_bench();
  bench.measured_s = 33.0;
  bench.python_load_s = 17.4;
  EXPECT_THAT(bench_text(bench, {}),
              testing::HasSubstr("after 33.00 s (17.40 s of it the start of Python, "
                                 "which the budget does not count)\n"));
  bench.python_load_s = 1.5;
  EXPECT_THAT(bench_text(bench, {}), testing::HasSubstr("after 33.00 s\n"));
}

TEST(BenchText, says_what_the_times_of_a_busy_host_leave_out) {
  BenchResult bench = made_up_bench();
  EXPECT_EQ(bench_text(bench, {}).find("busy host"), std::string::npos);
  bench.arms[0].core_wait_share = 0.5;
  bench.arms[1].core_wait_share = 0.25;
  EXPECT_NE(
      plain(bench_text(bench, {}))
          .find("busy host  times leave out the waits of threads for a core: 50.0% of 'eager', "
                "25.0% of 'frozen'\n"),
      std::string::npos);
}

TEST(BenchText, names_keep_heap_where_the_page_faults_of_a_file_are_worth_it) {
  BenchResult bench = made_up_bench();
  for (ArmResult& arm : bench.arms) {
    arm.path = arm.label + ".pt";
    arm.allocator = "system";
    arm.page_faults_per_call = 400.0;  // at least 200 us: 9.3%, 10.8% and 40% of a call
  }
  bench.pairs[0].margin = 0.2;
  EXPECT_NE(plain(bench_text(bench, {}))
                .find("heap       page faults: 'wrong' 400 a call, at least 40.0% of its time; "
                      "optimize and convert with --keep-heap write a file that avoids most of "
                      "them\n"),
            std::string::npos);
  bench.pairs[0].margin = 0.01;
  EXPECT_NE(bench_text(bench, {}).find("'frozen' 400 a call, at least 10.8% of its time, 'wrong'"),
            std::string::npos);
  const auto is_silent = [&] { return bench_text(bench, {}).find("heap") == std::string::npos; };
  const BenchResult with_faults = bench;
  for (ArmResult& arm : bench.arms) arm.keeps_heap = true;
  EXPECT_TRUE(is_silent());
  bench = with_faults;
  for (ArmResult& arm : bench.arms) arm.allocator = "keep";
  EXPECT_TRUE(is_silent());
  bench = with_faults;
  for (ArmResult& arm : bench.arms) arm.path.clear();  // of stages that convert does not keep
  EXPECT_TRUE(is_silent());
  bench = with_faults;
  for (ArmResult& arm : bench.arms) arm.page_faults_per_call = 4.0;
  EXPECT_TRUE(is_silent());
}

TEST(ReportText, shows_a_written_file_and_the_memory_of_each_step_when_verbose) {
  Report report;
  report.artifact =
      ArtifactInfo{.path = "cnn.pt", .size_bytes = 1782579, .status = ArtifactStatus::written};
  report.steps = {{.name = "capture", .status = StepStatus::ok, .peak_memory_bytes = 400 << 20},
                  {.name = "looks", .status = StepStatus::ok}};
  EXPECT_EQ(text_from_report(report, {}), "");
  EXPECT_EQ(text_from_report(report, {.verbose = true}),
            "file       cnn.pt, 1.70 MiB\nmemory     peak of each step: capture 400.0 MiB\n");
  report.steps.clear();
  report.artifact = ArtifactInfo{
      .path = "cnn.pt", .status = ArtifactStatus::not_written, .reason = "outputs differ"};
  EXPECT_EQ(text_from_report(report, {}), "file       none: outputs differ\n");
  report.artifact = ArtifactInfo{.path = "cnn.pt.failed",
                                 .size_bytes = 10,
                                 .status = ArtifactStatus::kept_failed,
                                 .reason = "outputs differ"};
  EXPECT_EQ(text_from_report(report, {}),
            "file       cnn.pt.failed, 10 B (kept although outputs differ)\n");
}

TEST(ReportText, shows_the_outputs_of_a_run) {
  RunResult run;
  run.outputs = {{.set = "B=1",
                  .output = "out",
                  .dtype = "float32",
                  .shape = {1, 10},
                  .minimum = -1.5,
                  .maximum = 2.0,
                  .mean = 0.25,
                  .nonfinite = 3},
                 {.output = "count", .value = "7"}};
  EXPECT_EQ(text_from_report({.run = run}, {}),
            "set  output  dtype    shape     min  max  mean  not finite\n"
            "B=1  out     float32  [1, 10]  -1.5    2  0.25           3\n"
            "-    count            7\n");
}

TEST(ReportText, shows_what_the_doctor_found) {
  Report report;
  report.checks = {{.name = "python",
                    .status = FindingStatus::missing,
                    .detail = "no torch",
                    .hint = "install it"}};
  report.doctor =
      DescribeResult{.levers = {{.name = "mkldnn", .status = FindingStatus::ok, .detail = "3.0"}}};
  EXPECT_EQ(text_from_report(report, {}),
            "what    status   detail\n"
            "python  missing  no torch\n"
            "                 to get it: install it\n"
            "\n"
            "what    status  detail\n"
            "mkldnn  ok      3.0\n");
}

TEST(ReportText, ends_with_the_warnings) {
  Report report;
  report.run.emplace();
  report.warnings = {{WarningCode::too_few_launches, "the budget was exceeded"},
                     {WarningCode::size_fixed, "T is fixed"}};
  EXPECT_TRUE(text_from_report(report, {})
                  .ends_with("warning    the budget was exceeded\nwarning    T is fixed\n"));
  report.warnings = {{WarningCode::python_warning, "net.py:3: UserWarning: old"}};
  EXPECT_TRUE(text_from_report(report, {})
                  .ends_with("python     1 warning of Python code or LibTorch (-v)\n"));
  EXPECT_TRUE(text_from_report(report, {.verbose = true})
                  .ends_with("warning    net.py:3: UserWarning: old\n"));
}

TEST(ReportText, joins_the_stages_of_convert_that_are_all_the_same) {
  Report report;
  report.capture.emplace();
  report.verify = {{.reference = "eager", .candidate = "captured"},
                   {.reference = "eager", .candidate = "frozen", .max_abs = 1e-6}};
  EXPECT_EQ(text_from_report(report, {}),
            "verify     captured, frozen against eager: same, max difference 1.00e-06\n");
  report.verify.back().status = Match::differ;
  EXPECT_NE(text_from_report(report, {}).find("frozen against eager: differ"), std::string::npos);
}

TEST(ReportText, has_colours_on_request_only) {
  Report report;
  report.checks = {{.name = "torch", .status = FindingStatus::ok}};
  EXPECT_NE(text_from_report(report, {.colour = true}).find(good("ok")), std::string::npos);
  EXPECT_EQ(text_from_report(report, {}).find('\033'), std::string::npos);
}

TEST(ReportText, fits_the_width_of_a_terminal) {
  Report report;
  report.bench = made_up_bench();
  report.checks = {{.name = "LibTorch", .detail = "a detail of several words that is long too"}};
  report.warnings = {
      {WarningCode::too_few_launches, "a long warning that does not fit on one line"}};
  for (const std::size_t width : {40U, 80U, 100U}) {
    for (const std::string& line : lines_of(text_from_report(report, {.width = width}))) {
      EXPECT_LE(columns_of(line), width) << line;
    }
  }
}

TEST(ReportText, is_empty_for_an_empty_report) { EXPECT_EQ(text_from_report({}, {}), ""); }

TEST(ReportText, carries_inspect_diff_and_graphs) {
  const ModelSummary summary{.path = "a.pt", .class_name = "Net"};
  const DiffResult diff{.a = {.path = "a.pt"}, .b = {.path = "b.pt"}};
  Report report;
  report.inspect = summary;
  EXPECT_EQ(text_from_report(report, {.sections = {.tensors = true}}),
            text_from_summary(summary, {.tensors = true}));
  report.inspect.reset();
  report.diff = diff;
  EXPECT_EQ(text_from_report(report, {}), plain(text_from_diff(diff)));
  report.diff.reset();
  report.graphs = {{.text = "graph(%x):\n"}};
  EXPECT_EQ(text_from_report(report, {}), "graph(%x):\n");
}

}  // namespace
}  // namespace tsctl
