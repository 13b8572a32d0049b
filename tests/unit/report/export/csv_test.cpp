#include "tsctl/report/export/csv.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "the last line has no end";
      return lines;
    }
    lines.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

// The cells of a line without quotes.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells{""};
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::string cell(const std::vector<std::string>& lines, std::size_t row,
                 const std::string& column) {
  const std::vector<std::string> columns = cells_of(lines.at(0));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == column) return cells_of(lines.at(row)).at(i);
  }
  ADD_FAILURE() << "there is no column " << column;
  return {};
}

TEST(Csv, has_a_row_for_each_arm_with_its_speedup) {
  BenchResult bench;
  bench.arms = {{.label = "eager",
                 .outputs = ArmOutputs::reference,
                 .speed = ArmSpeed::reference,
                 .median_s = 0.002},
                {.label = "frozen",
                 .outputs = ArmOutputs::same,
                 .speed = ArmSpeed::faster,
                 .median_s = 0.001,
                 .p99_s_reason = "60 samples"},
                {.label = "wrong", .outputs = ArmOutputs::differ, .median_s = 0.0005}};
  bench.pairs = {
      {.base = "eager", .arm = "frozen", .speedup = 2.0, .speedup_low = 1.9, .speedup_high = 2.125},
      {.base = "eager", .arm = "wrong"}};
  const auto lines = lines_of(csv_from_report(Report{.bench = bench}));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[0].starts_with("label,model,model_sha256,kind,outputs,speed,speedup,"));
  EXPECT_EQ(cell(lines, 1, "label"), "eager");
  EXPECT_EQ(cell(lines, 1, "speedup"), "");
  EXPECT_EQ(cell(lines, 2, "median_s"), "0.001");
  EXPECT_EQ(cell(lines, 2, "p99_s"), "");
  EXPECT_EQ(cell(lines, 2, "p99_s_reason"), "60 samples");
  EXPECT_EQ(cell(lines, 2, "speedup"), "2.0");
  EXPECT_EQ(cell(lines, 2, "speedup_high"), "2.125");
  EXPECT_EQ(cell(lines, 3, "median_s"), "0.0005");
  EXPECT_EQ(cell(lines, 3, "speedup"), "");
}

TEST(Csv, quotes_commas_quotes_and_line_ends) {
  RunResult run;
  run.outputs = {
      {.set = "B=1, T=2", .output = "say \"hi\"", .dtype = "two\nlines", .value = "plain"}};
  const std::string text = csv_from_report(Report{.run = run});
  EXPECT_EQ(text.substr(text.find("\r\n") + 2),
            "\"B=1, T=2\",\"say \"\"hi\"\"\",\"two\nlines\",,,,,0,plain,,,,0,,,,\r\n");
}

TEST(Csv, joins_the_numbers_of_a_list_as_an_input_specification_does) {
  RunResult run;
  run.outputs = {{.output = "out", .shape = {2, 3}, .minimum = 0.5}};
  EXPECT_EQ(lines_of(csv_from_report(Report{.run = run})).at(1), ",out,,2x3,0.5,,,0,,,,,0,,,,");
}

TEST(Csv, has_a_row_for_each_compared_output) {
  VerifyResult verify{.reference = "a.pt", .candidate = "b.pt"};
  verify.calls = {{.set = "B=1",
                   .call = 1,
                   .outputs = {{.output = "x", .status = Match::same},
                               {.output = "y", .status = Match::differ}}},
                  {.set = "B=1",
                   .kernel = "mkl",
                   .call = 1,
                   .outputs = {{.output = "x", .status = Match::same}}}};
  const auto lines = lines_of(csv_from_report(Report{.verify = {verify, verify}}));
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_TRUE(lines[0].starts_with("reference,candidate,set,call,kernel,output,status,"));
  EXPECT_TRUE(lines[2].starts_with("a.pt,b.pt,B=1,1,,y,differ,"));
  EXPECT_TRUE(lines[3].starts_with("a.pt,b.pt,B=1,1,mkl,x,same,"));
}

TEST(Csv, prefers_the_bench_to_the_comparisons) {
  BenchResult bench;
  bench.arms = {{.label = "eager"}};
  EXPECT_TRUE(
      csv_from_report(Report{.verify = {VerifyResult{}}, .bench = bench}).starts_with("label,"));
}

TEST(Csv, has_a_row_for_each_pass_where_nothing_was_compared) {
  const auto lines = lines_of(csv_from_report(Report{
      .passes = {{.pass = "remove_dropout", .method = "forward", .status = PassStatus::changed}}}));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("pass,method,status,"));
  EXPECT_TRUE(lines[1].starts_with("remove_dropout,forward,changed,"));
}

TEST(Csv, has_a_row_for_each_check_of_doctor) {
  EXPECT_EQ(csv_from_report(Report{.checks = {{.name = "python",
                                               .status = FindingStatus::missing,
                                               .detail = "no torch",
                                               .hint = "pip"}}}),
            "name,status,detail,hint,model,model_sha256,time,exit_code,host_name,cpu,tsctl_version,"
            "torch_version\r\npython,missing,no torch,pip,,,,0,,,,\r\n");
}

TEST(Csv, has_a_row_for_each_tensor_of_an_inspected_file_constants_too) {
  const auto lines = lines_of(csv_from_report(Report{
      .inspect = ModelSummary{.tensors = {{.name = "a", .kind = TensorKind::buffer, .shape = {2}}},
                              .constants = {{.name = "c0", .kind = TensorKind::constant}}}}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].starts_with("name,kind,dtype,shape,")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("a,buffer,,2,")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("c0,constant,,,")) << lines[2];
}

TEST(Csv, lists_all_that_differs_and_says_what_each_row_is) {
  const auto lines = lines_of(csv_from_report(
      Report{.diff = DiffResult{
                 .tensors = {{.name = "a", .change = TensorChangeKind::values, .count = 4}},
                 .ops = {{.method = "forward", .name = "aten::relu", .before = 1, .after = 0}}}}));
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "part,name,kind,method,change,before,after,changed_elements,count,max_abs,"
                       "max_abs_to_peak,nonfinite,module,model,model_sha256,time,exit_code,"
                       "host_name,cpu,tsctl_version,torch_version",
                       "tensors,a,attribute,,values,,,0,4,,,0,,,,,0,,,,",
                       "ops,aten::relu,,forward,,1,0,,,,,,,,,,0,,,,"}));
}

Report night(const std::string& time, const std::string& commit) {
  ArmResult arm{.label = "new", .path = "new.pt", .sha256 = "ab", .median_s = 0.001};
  arm.percentiles = {{.p = 0.5, .value_s = 0.001, .low_s = 0.0009},
                     {.p = 0.999, .reason = "too few"}};
  arm.warm_up_s = {0.1, 0.2};
  arm.sequence = {{.set = "B=1"}};
  Report report{.time = time, .tags = {{"commit", commit}}, .bench = BenchResult{.arms = {arm}}};
  report.model.path = "old.pt";
  report.environment.torch_version = "2.15.0";
  return report;
}

TEST(Csv, says_of_each_row_what_was_run_when_and_with_which_versions) {
  const auto lines = lines_of(csv_from_report(
      std::vector{night("2025-01-01T00:00:00Z", "a1"), night("2025-01-02T00:00:00Z", "b2")}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(cell(lines, 1, "model"), "new.pt");
  EXPECT_EQ(cell(lines, 1, "model_sha256"), "ab");
  EXPECT_EQ(cell(lines, 1, "time"), "2025-01-01T00:00:00Z");
  EXPECT_EQ(cell(lines, 2, "time"), "2025-01-02T00:00:00Z");
  EXPECT_EQ(cell(lines, 2, "torch_version"), "2.15.0");
  EXPECT_EQ(cell(lines, 2, "tag_commit"), "b2");
}

TEST(Csv, has_numbers_and_texts_only_in_the_row_of_an_arm) {
  const std::string text = csv_from_report(night("2025-01-01T00:00:00Z", "a1"));
  EXPECT_EQ(text.find_first_of("[]{}"), std::string::npos) << text;
  const auto lines = lines_of(text);
  EXPECT_EQ(cell(lines, 1, "p50_s"), "0.001");
  EXPECT_EQ(cell(lines, 1, "p50_low_s"), "0.0009");
  EXPECT_EQ(cell(lines, 1, "p99.9_s"), "");
  EXPECT_EQ(cell(lines, 1, "sequence"), "1");
  EXPECT_EQ(cell(lines, 1, "opening_read_s"), "");
  EXPECT_EQ(lines[0].find("warm_up_s"), std::string::npos);
}

TEST(Csv, finds_the_comparison_of_an_arm_by_its_label) {
  Report report = night("", "");
  report.bench->arms = {{.label = "new"}, {.label = "old"}};
  report.bench->pairs = {{.base = "old", .arm = "new", .speedup = 1.5}};
  const auto lines = lines_of(csv_from_report(report));
  EXPECT_EQ(cell(lines, 1, "speedup"), "1.5");
  EXPECT_EQ(cell(lines, 2, "speedup"), "");
}

TEST(Csv, refuses_reports_whose_tables_differ) {
  const Report run{.run = RunResult{.outputs = {{.output = "out"}}}};
  EXPECT_THROW(csv_from_report(std::vector{night("", ""), run}), Error);
}

TEST(Csv, is_empty_without_a_table) { EXPECT_EQ(csv_from_report(Report{}), ""); }

}  // namespace
}  // namespace tsctl
