#include "tsctl/report/export/markdown.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

bool has_text(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Report timed_twice() {
  Report report{.time = "2025-01-01T00:00:00Z",
                .tags = {{"commit", "a1b2"}},
                .command = {"tsctl", "bench", "new.pt"},
                .status = ReportStatus::pass};
  report.model.path = "old.pt";
  report.environment.torch_version = "2.15.0";
  report.bench = BenchResult{.arms = {{.label = "old",
                                       .outputs = ArmOutputs::reference,
                                       .speed = ArmSpeed::reference,
                                       .median_s = 2e-3},
                                      {.label = "new|x",
                                       .outputs = ArmOutputs::same,
                                       .speed = ArmSpeed::faster,
                                       .median_s = 1e-3}},
                             .pairs = {{.base = "old",
                                        .arm = "new|x",
                                        .speedup = 2.0,
                                        .speedup_low = 1.9,
                                        .speedup_high = 2.1,
                                        .gate = Gate::pass,
                                        .gate_limit = 0.95}}};
  report.warnings = {{WarningCode::host_busy, "the <host> was\nbusy"}};
  return report;
}

TEST(Markdown, has_the_result_the_gate_the_warnings_and_the_run) {
  const std::string text = markdown_from_report(timed_twice());
  EXPECT_TRUE(text.starts_with("### tsctl bench `old.pt`: pass\n")) << text;
  EXPECT_TRUE(has_text(text, "\n**OK** new\\|x 2.00x old \\[1.90, 2.10\\]")) << text;
  EXPECT_TRUE(has_text(text, "| `new\\|x` | 2.00 [1.90, 2.10] | faster | same | 1.000 ms |"))
      << text;
  EXPECT_TRUE(
      has_text(text, "- gate **pass**: `new\\|x` is 2.00 [1.90, 2.10] of `old`; limit 0.950"));
  EXPECT_TRUE(has_text(text, "- warning: the &lt;host> was busy\n")) << text;
  EXPECT_TRUE(has_text(text, "<sub>2025-01-01T00:00:00Z, torch 2.15.0, "));
  EXPECT_TRUE(has_text(text, "commit a1b2</sub>"));
}

TEST(Markdown, says_why_a_command_failed_and_shows_no_empty_tables) {
  Report report{.command = {"tsctl", "verify"},
                .status = ReportStatus::error,
                .exit_code = 3,
                .error = ErrorInfo{.message = "'a_b*.pt' is missing"}};
  const std::string text = markdown_from_report(report);
  EXPECT_TRUE(has_text(text, "### tsctl verify: error\n\n**FAIL** 'a\\_b\\*.pt' is missing\n"))
      << text;
  EXPECT_FALSE(has_text(text, "|"));
}

TEST(Markdown, has_no_numbers_where_a_measurement_shows_nothing) {
  Report report = timed_twice();
  PairResult& pair = report.bench->pairs[0];
  pair = {.base = "old", .arm = "new|x", .speedup_reason = "the machine was busy"};
  pair.gate = Gate::undecided;
  const std::string text = markdown_from_report(report);
  EXPECT_TRUE(has_text(text, "| `new\\|x` | - |")) << text;
  EXPECT_TRUE(
      has_text(text, "- gate **undecided**: `new\\|x` against `old`: the machine was busy"));
}

TEST(Markdown, cuts_a_long_table_and_says_so) {
  Report report;
  DiffResult& diff = report.diff.emplace();
  for (int i = 0; i < 100; ++i) diff.ops.push_back({.method = "forward", .name = "op"});
  const std::string text = markdown_from_report(report);
  EXPECT_TRUE(has_text(text, "70 more rows are not shown"));
}

TEST(Markdown, has_a_section_for_each_report) {
  const std::string text = markdown_from_report(std::vector{timed_twice(), timed_twice()});
  EXPECT_NE(text.find("### tsctl"), text.rfind("### tsctl"));
}

}  // namespace
}  // namespace tsctl
