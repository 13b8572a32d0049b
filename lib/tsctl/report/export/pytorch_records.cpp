#include <vector>

#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

using json::Json;

namespace {

Json metric(const std::string& name, const std::optional<double>& value, const std::string& unit) {
  return {{"name", name}, {"benchmark_values", Json::array({or_null(value)})}, {"unit", unit}};
}

std::vector<Json> metrics_of(const ArmResult& arm, const BenchResult& bench) {
  std::vector<Json> metrics{
      metric("latency_median", arm.median_s, "s"), metric("latency_p99", arm.p99_s, "s"),
      metric("throughput", arm.throughput_per_s, name_of(arm.throughput_unit) + "/s")};
  if (const PairResult* pair = pair_of(bench, arm.label); pair != nullptr)
    metrics.push_back(metric("speedup", pair->speedup, "ratio"));
  return metrics;
}

// The part of a record that every metric of the arm has.
Json record_of(const ArmResult& arm, const Report& report) {
  const BenchResult& bench = *report.bench;
  const Environment& host = report.environment;
  Json extra{{"time", report.time},
             {"input_set", bench.input_set},
             {"threads", arm.threads},
             {"load", loop_text(bench.load)}};
  for (const auto& [key, value] : report.tags) extra["tag_" + key] = value;
  return {{"benchmark", {{"name", "tsctl bench"}, {"mode", "inference"}, {"extra_info", extra}}},
          {"model",
           {{"name", model_of(arm, report)}, {"type", name_of(arm.kind)}, {"backend", arm.label}}},
          {"dependencies", {{"torch", host.torch_version}, {"tsctl", report.tool.version}}},
          {"runners", Json::array({{{"name", host.cpu}, {"type", bench.device}}})}};
}

}  // namespace

std::string pytorch_records_json(const Reports& reports) {
  Json records = Json::array();
  for (const Report& report : reports) {
    const BenchResult& bench = bench_of(report);
    for (const ArmResult& arm : bench.arms) {
      for (const Json& one : metrics_of(arm, bench)) {
        Json record = record_of(arm, report);
        record["metric"] = one;
        records.push_back(record);
      }
    }
  }
  return json::document_text(records);
}

}  // namespace tsctl
