#include "tsctl/report/export/bench_exports.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tsctl/report/html/html.h"

namespace tsctl {
namespace {

using Json = nlohmann::json;

Report benched() {
  ArmResult eager{
      .label = "eager", .kind = ArmKind::eager, .outputs = ArmOutputs::reference, .median_s = 2e-3};
  ArmResult file{
      .label = "new & old", .kind = ArmKind::file, .outputs = ArmOutputs::same, .median_s = 1e-3};
  file.samples = 900;
  file.launches = 5;
  file.throughput_per_s = 1000.0;
  file.throughput_unit = ThroughputUnit::calls;
  file.warm_up = WarmUpClass::warm_up;
  file.warm_up_s = {5e-3, 8e-2, 1e-3, 1e-3};
  file.percentiles = {{.p = 0.5, .value_s = 1e-3, .low_s = 0.9e-3, .high_s = 1.1e-3},
                      {.p = 0.999, .reason = "900 samples are too few"}};
  eager.percentiles = file.percentiles;
  const PairResult pair{.base = "eager",
                        .arm = "new & old",
                        .speedup = 2.0,
                        .speedup_low = 1.9,
                        .speedup_high = 2.1,
                        .verdict = SpeedVerdict::faster,
                        .outputs = ArmOutputs::same,
                        .margin = 0.01};
  Report report{.bench = BenchResult{.arms = {eager, file}, .pairs = {pair}, .device = "cpu"}};
  report.model.path = "net.py:Net";
  report.status = ReportStatus::pass;
  return report;
}

TEST(BenchExports, write_google_benchmarks_fields) {
  const Json json = Json::parse(google_benchmark_json(benched()));
  ASSERT_EQ(json["benchmarks"].size(), 2U);
  const Json& entry = json["benchmarks"][1];
  EXPECT_EQ(entry["name"], "new & old");
  EXPECT_DOUBLE_EQ(entry["real_time"].get<double>(), 1e6);
  EXPECT_EQ(entry["time_unit"], "ns");
  EXPECT_EQ(entry["speedup_low"], 1.9);
  EXPECT_TRUE(json["context"].contains("num_cpus"));
}

TEST(BenchExports, write_what_smaller_is_better_needs) {
  const Json json = Json::parse(github_action_json(benched()));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["unit"], "ms");
  EXPECT_DOUBLE_EQ(json[1]["value"].get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(std::stod(json[1]["range"].get<std::string>()), 0.1);
}

TEST(BenchExports, write_a_record_for_each_metric_of_each_arm) {
  const Json json = Json::parse(pytorch_records_json(benched()));
  ASSERT_EQ(json.size(), 7U);
  EXPECT_EQ(json[6]["metric"]["name"], "speedup");
  EXPECT_EQ(json[6]["metric"]["benchmark_values"][0], 2.0);
  EXPECT_EQ(json[6]["model"]["backend"], "new & old");
  EXPECT_TRUE(json[4]["metric"]["benchmark_values"][0].is_null());  // no 99th percentile
}

TEST(BenchExports, say_how_calls_were_offered) {
  Report report = benched();
  EXPECT_EQ(Json::parse(google_benchmark_json(report))["benchmarks"][0]["label"], "net.py:Net");
  report.bench->load = {.rate_per_s = 250.0, .concurrency = 2};
  const std::string load =
      "open loop, 250 calls/s at poisson times, at most 2 calls in flight in one process";
  EXPECT_EQ(Json::parse(google_benchmark_json(report))["benchmarks"][0]["label"],
            "net.py:Net, " + load);
  EXPECT_EQ(Json::parse(github_action_json(report))[0]["extra"],
            "net.py:Net: 0 calls in 0 launches, outputs reference, " + load);
  EXPECT_EQ(Json::parse(pytorch_records_json(report))[0]["benchmark"]["extra_info"]["load"], load);
}

TEST(BenchExports, name_the_model_of_each_arm_and_the_run) {
  Report report = benched();
  report.time = "2025-01-01T00:00:00Z";
  report.tags = {{"commit", "a1"}};
  report.environment.torch_version = "2.15.0";
  report.bench->arms[1].path = "new.pt";
  const Json google = Json::parse(google_benchmark_json(report));
  EXPECT_EQ(google["benchmarks"][0]["label"], "net.py:Net");  // a report of an older tsctl
  EXPECT_EQ(google["benchmarks"][1]["label"], "new.pt");
  EXPECT_EQ(google["context"]["date"], "2025-01-01T00:00:00Z");
  EXPECT_EQ(google["context"]["library_version"], "torch 2.15.0");
  EXPECT_EQ(Json::parse(pytorch_records_json(report))[6]["model"]["name"], "new.pt");
  EXPECT_EQ(Json::parse(pytorch_records_json(report))[6]["dependencies"]["torch"], "2.15.0");
  EXPECT_EQ(Json::parse(pytorch_records_json(report))[6]["benchmark"]["extra_info"]["tag_commit"],
            "a1");
  EXPECT_EQ(Json::parse(github_action_json(report))[1]["extra"],
            "new.pt: 900 calls in 5 launches, outputs same");
}

TEST(BenchExports, accept_a_speedup_without_an_interval) {
  Report report = benched();
  report.bench->pairs[0].speedup_low.reset();
  EXPECT_FALSE(Json::parse(google_benchmark_json(report))["benchmarks"][1].contains("speedup"));
}

TEST(BenchExports, take_the_range_from_the_median_wherever_it_is_listed) {
  Report report = benched();
  auto& percentiles = report.bench->arms[1].percentiles;
  percentiles = {{.p = 0.1, .value_s = 1e-3, .low_s = 0.0, .high_s = 1.0}, percentiles[0]};
  EXPECT_DOUBLE_EQ(
      std::stod(Json::parse(github_action_json(report))[1]["range"].get<std::string>()), 0.1);
}

TEST(BenchExports, put_several_reports_into_one_list) {
  const std::vector<Report> reports{benched(), benched()};
  EXPECT_EQ(Json::parse(github_action_json(reports)).size(), 4U);
  EXPECT_EQ(Json::parse(pytorch_records_json(reports)).size(), 14U);
  EXPECT_THROW(google_benchmark_json(reports), std::invalid_argument);
}

TEST(BenchExports, refuse_a_report_without_a_bench) {
  EXPECT_THROW(google_benchmark_json(Report{}), std::invalid_argument);
  EXPECT_THROW(github_action_json(Report{}), std::invalid_argument);
  EXPECT_THROW(pytorch_records_json(Report{}), std::invalid_argument);
}

TEST(Html, is_one_page_without_script_or_network) {
  const std::string page = html_from_report(benched());
  EXPECT_EQ(page.substr(0, 15), "<!doctype html>");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  EXPECT_NE(page.find("new &amp; old"), std::string::npos);
  EXPECT_EQ(page.find("new & old"), std::string::npos);
  EXPECT_NE(page.find("2.00 [1.90, 2.10], faster, outputs same"), std::string::npos);
  EXPECT_NE(page.find("900 samples are too few"), std::string::npos);
  EXPECT_NE(page.find("<polyline"), std::string::npos);
}

TEST(Html, shows_a_failure_and_no_empty_pictures) {
  Report report;
  report.error = ErrorInfo{.kind = ErrorKind::usage, .message = "there is <no> such flag"};
  const std::string page = html_from_report(report);
  EXPECT_NE(page.find("there is &lt;no&gt; such flag"), std::string::npos);
  EXPECT_EQ(page.find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace tsctl
