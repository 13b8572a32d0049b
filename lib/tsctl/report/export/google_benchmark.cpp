#include <fmt/format.h>

#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

using json::Json;

namespace {

constexpr double kNanosecondsPerSecond = 1e9;

Json benchmark_of(const ArmResult& arm, const Report& report) {
  const BenchResult& bench = *report.bench;
  const Json median_ns = arm.median_s ? Json(*arm.median_s * kNanosecondsPerSecond) : Json(nullptr);
  const std::string load = bench.load.plain() ? "" : ", " + loop_text(bench.load);
  Json entry{{"name", arm.label},
             {"run_name", arm.label},
             {"run_type", "aggregate"},
             {"aggregate_name", "median"},
             {"aggregate_unit", "time"},
             {"repetitions", arm.launches},
             {"threads", arm.threads},
             {"iterations", arm.samples},
             {"real_time", median_ns},
             // Its tools subtract CPU times. Only wall time is measured.
             {"cpu_time", median_ns},
             {"time_unit", "ns"},
             {"items_per_second", or_null(arm.throughput_per_s)},
             {"label", model_of(arm, report) + load}};
  const PairResult* pair = pair_of(bench, arm.label);
  if (pair != nullptr && pair->speedup && pair->speedup_low && pair->speedup_high) {
    entry["speedup"] = *pair->speedup;
    entry["speedup_low"] = *pair->speedup_low;
    entry["speedup_high"] = *pair->speedup_high;
  }
  return entry;
}

}  // namespace

std::string google_benchmark_json(const Reports& reports) {
  if (reports.size() != 1) throw std::invalid_argument("one report is needed");
  const Report& report = reports.front();
  const Environment& host = report.environment;
  Json entries = Json::array();
  for (const ArmResult& arm : bench_of(report).arms) entries.push_back(benchmark_of(arm, report));
  const Json document{{"context",
                       {{"date", report.time},
                        {"host_name", host.host_name},
                        {"executable", "tsctl " + report.tool.version},
                        {"num_cpus", host.cores_affinity},
                        {"cpu", host.cpu},
                        {"library_version", "torch " + host.torch_version},
                        {"tags", report.tags}}},
                      {"benchmarks", entries}};
  return json::document_text(document);
}

}  // namespace tsctl
