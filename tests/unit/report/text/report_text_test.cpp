#include "tsctl/report/text/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/verify_text.h"

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

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
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

VerifyResult made_up_comparison() {
  VerifyResult verify{.reference = "eager",
                      .candidate = "frozen",
                      .status = Match::differ,
                      .calls_checked = {1, 2, 3, 10},
                      .max_abs = 0.5,
                      .max_abs_to_peak = 0.25,
                      .would_pass_rtol = 0.25};
  const OutputComparison same{
      .output = "out.a", .status = Match::same, .dtype = "float32", .shape = {8}, .rtol = 1e-5};
  OutputComparison differ{.output = "out.b",
                          .status = Match::differ,
                          .reason = DifferenceReason::values,
                          .dtype = "float32",
                          .shape = {8, 10},
                          .rtol = 1e-5,
                          .max_abs = 0.5,
                          .max_rel = 0.5,
                          .max_abs_to_peak = 0.25,
                          .index = {1, 7},
                          .reference_value = 1.0,
                          .candidate_value = 1.5,
                          .would_pass_rtol = 0.25};
  OutputComparison shape{.output = "out.c",
                         .status = Match::differ,
                         .reason = DifferenceReason::shape,
                         .dtype = "float32",
                         .shape = {1, 10}};
  shape.detail = "expected float32 [8, 10], got float32 [1, 10]";
  verify.calls = {
      {.set = "B=8", .call = 1, .status = Match::differ, .outputs = {same, differ, shape}}};
  return verify;
}

TEST(VerifyText, says_where_outputs_differ_and_what_would_pass) {
  EXPECT_EQ(plain(verify_text(made_up_comparison(), false)),
            "verify     frozen against eager: differ, max difference 0.5, would pass at rtol 0.25 "
            "(calls 1, 2, 3, 10)\n"
            "           B=8, call 1: out.b float32 [8, 10]: differ, max difference 0.5 (0.25 of "
            "the largest value, 0.5 of "
            "its own) at [1, 7]: 1 against 1.5; rtol 1.00e-05, would pass at rtol 0.25\n"
            "           B=8, call 1: out.c float32 [1, 10]: differ, shape: expected float32 [8, "
            "10], got float32 [1, 10]\n");
}

TEST(VerifyText, lists_what_is_the_same_only_on_request) {
  const std::vector<std::string> lines = lines_of(plain(verify_text(made_up_comparison(), true)));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(
      lines[1].starts_with("           B=8, call 1: out.a float32 [8]: same, max difference 0 "));
}

TEST(VerifyText, says_once_what_holds_for_several_calls_of_a_set) {
  VerifyResult verify{.reference = "a.pt", .candidate = "b.pt", .status = Match::differ};
  const OutputComparison wrong{.output = "out",
                               .status = Match::differ,
                               .reason = DifferenceReason::structure,
                               .detail = "expected tensor, got list[1]"};
  const OutputComparison other{.output = "out",
                               .status = Match::differ,
                               .reason = DifferenceReason::raised,
                               .detail = "no memory"};
  verify.calls = {{.set = "B=1", .call = 1, .outputs = {wrong}},
                  {.set = "B=1", .call = 2, .outputs = {wrong}},
                  {.set = "B=1", .call = 3, .outputs = {other}},
                  {.set = "B=8", .call = 1, .outputs = {wrong}}};
  EXPECT_EQ(plain(verify_text(verify, false)),
            "verify     b.pt against a.pt: differ\n"
            "           B=1, calls 1, 2: out: differ, structure: expected tensor, got list[1]\n"
            "           B=1, call 3: out: differ, raised: no memory\n"
            "           B=8, call 1: out: differ, structure: expected tensor, got list[1]\n");
}

TEST(VerifyText, shows_a_kernel_only_where_it_differs_from_the_calls_without_one) {
  VerifyResult verify = made_up_comparison();
  const CallComparison usual = verify.calls[0];
  const auto forced = [&](const std::string& kernel, double would_pass) {
    CallComparison call = usual;
    call.kernel = kernel;
    for (OutputComparison& output : call.outputs) {
      if (output.would_pass_rtol) output.would_pass_rtol = would_pass;
    }
    return call;
  };
  verify.calls = {usual, forced("plain", 0.25), forced("mkl", 0.5), forced("onednn", 0.5)};
  const std::vector<std::string> lines = lines_of(plain(verify_text(verify, false)));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[1].ends_with("would pass at rtol 0.25")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("           B=8, call 1: out.c")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("           B=8, call 1: out.b")) << lines[3];
  EXPECT_TRUE(lines[3].ends_with("would pass at rtol 0.5, with the kernels mkl, onednn"))
      << lines[3];
}

TEST(VerifyText, rounds_the_tolerance_that_would_pass_up) {
  VerifyResult verify = made_up_comparison();
  verify.would_pass_rtol = verify.calls[0].outputs[1].would_pass_rtol = 1.2341e-7;
  const std::vector<std::string> lines = lines_of(plain(verify_text(verify, false)));
  EXPECT_NE(lines[0].find("would pass at rtol 1.24e-07"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("would pass at rtol 1.24e-07"), std::string::npos) << lines[1];
}

TEST(VerifyText, says_that_no_tolerance_would_do_for_a_nan) {
  VerifyResult verify = made_up_comparison();
  OutputComparison& nan = verify.calls[0].outputs[1];
  nan.reason = DifferenceReason::nan;
  nan.would_pass_rtol.reset();
  nan.atol = 0.001;
  verify.calls[0].outputs = {nan};
  EXPECT_TRUE(verify_text(verify, false)
                  .ends_with("; rtol 1.00e-05, atol 0.001, would not pass at any rtol\n"));
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
  EXPECT_TRUE(text_from_report(report, {}).ends_with("python     1 warning of Python code (-v)\n"));
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
