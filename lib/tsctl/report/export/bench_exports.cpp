#include "tsctl/report/export/bench_exports.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kNanoseconds = 1e9;
constexpr double kMilliseconds = 1e3;

const BenchResult& bench_of(const Report& report) {
  if (!report.bench) throw std::invalid_argument("the report holds no bench");
  return *report.bench;
}

const PairResult* pair_of(const BenchResult& bench, const std::string& arm) {
  for (const PairResult& pair : bench.pairs) {
    if (pair.arm == arm) return &pair;
  }
  return nullptr;
}

Json or_null(const std::optional<double>& value, double scale = 1.0) {
  return value ? Json(*value * scale) : Json(nullptr);
}

std::string written(const Json& json) { return json.dump(2) + "\n"; }

Json metric(const std::string& name, const std::optional<double>& value, const std::string& unit) {
  return {{"name", name}, {"benchmark_values", Json::array({or_null(value)})}, {"unit", unit}};
}

}  // namespace

std::string google_benchmark_json(const Report& report) {
  const BenchResult& bench = bench_of(report);
  Json benchmarks = Json::array();
  for (const ArmResult& arm : bench.arms) {
    Json entry{{"name", arm.label},
               {"run_name", arm.label},
               {"run_type", "aggregate"},
               {"aggregate_name", "median"},
               {"aggregate_unit", "time"},
               {"repetitions", arm.launches},
               {"threads", arm.threads},
               {"iterations", arm.samples},
               {"real_time", or_null(arm.median_s, kNanoseconds)},
               // Its tools subtract these; the wall's is all that is measured.
               {"cpu_time", or_null(arm.median_s, kNanoseconds)},
               {"time_unit", "ns"},
               {"items_per_second", or_null(arm.throughput_per_s)}};
    if (!bench.load.plain()) entry["label"] = loop_text(bench.load);
    if (const PairResult* pair = pair_of(bench, arm.label); pair != nullptr && pair->speedup) {
      entry["speedup"] = *pair->speedup;
      entry["speedup_low"] = *pair->speedup_low;
      entry["speedup_high"] = *pair->speedup_high;
    }
    benchmarks.push_back(entry);
  }
  const Environment& host = report.environment;
  return written({{"context",
                   {{"executable", "tsctl " + report.tool.version},
                    {"num_cpus", host.cores_affinity},
                    {"cpu", host.cpu},
                    {"library_version", "torch " + host.torch_version}}},
                  {"benchmarks", benchmarks}});
}

std::string github_action_json(const Report& report) {
  const BenchResult& bench = bench_of(report);
  Json entries = Json::array();
  for (const ArmResult& arm : bench.arms) {
    if (!arm.median_s) continue;
    Json entry{{"name", arm.label}, {"unit", "ms"}, {"value", *arm.median_s * kMilliseconds}};
    if (!arm.percentiles.empty() && arm.percentiles.front().low_s) {
      const PercentileResult& middle = arm.percentiles.front();
      entry["range"] = std::to_string((*middle.high_s - *middle.low_s) / 2 * kMilliseconds);
    }
    entry["extra"] = std::to_string(arm.samples) + " calls in " + std::to_string(arm.launches) +
                     " launches, outputs " + arm.outputs +
                     (bench.load.plain() ? "" : ", " + loop_text(bench.load));
    entries.push_back(entry);
  }
  return written(entries);
}

std::string pytorch_records_json(const Report& report) {
  const BenchResult& bench = bench_of(report);
  Json records = Json::array();
  for (const ArmResult& arm : bench.arms) {
    const Json about{
        {"benchmark",
         {{"name", "tsctl bench"},
          {"mode", "inference"},
          {"extra_info",
           {{"input_set", bench.input_set},
            {"threads", arm.threads},
            {"load", loop_text(bench.load)}}}}},
        {"model", {{"name", report.model.path}, {"type", arm.kind}, {"backend", arm.label}}},
        {"dependencies",
         {{"torch", report.environment.torch_version}, {"tsctl", report.tool.version}}},
        {"runners", Json::array({{{"name", report.environment.cpu}, {"type", bench.device}}})}};
    std::vector<Json> metrics{
        metric("latency_median", arm.median_s, "s"), metric("latency_p99", arm.p99_s, "s"),
        metric("throughput", arm.throughput_per_s, arm.throughput_unit + "/s")};
    if (const PairResult* pair = pair_of(bench, arm.label); pair != nullptr)
      metrics.push_back(metric("speedup", pair->speedup, "ratio"));
    for (const Json& one : metrics) {
      Json record = about;
      record["metric"] = one;
      records.push_back(record);
    }
  }
  return written(records);
}

}  // namespace tsctl
