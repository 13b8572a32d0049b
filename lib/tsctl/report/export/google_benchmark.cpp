#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

constexpr double kNanosecondsPerSecond = 1e9;

Json entry_of(const ArmResult& arm, const BenchResult& bench) {
  const Json median_ns = arm.median_s ? Json(*arm.median_s * kNanosecondsPerSecond) : Json(nullptr);
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
             {"items_per_second", or_null(arm.throughput_per_s)}};
  if (!bench.load.plain()) entry["label"] = loop_text(bench.load);
  if (const PairResult* pair = pair_of(bench, arm.label); pair != nullptr && pair->speedup) {
    entry["speedup"] = *pair->speedup;
    entry["speedup_low"] = *pair->speedup_low;
    entry["speedup_high"] = *pair->speedup_high;
  }
  return entry;
}

}  // namespace

std::string google_benchmark_json(const Report& report) {
  const BenchResult& bench = bench_of(report);
  const Environment& host = report.environment;
  Json document{{"context",
                 {{"executable", "tsctl " + report.tool.version},
                  {"num_cpus", host.cores_affinity},
                  {"cpu", host.cpu},
                  {"library_version", "torch " + host.torch_version}}},
                {"benchmarks", Json::array()}};
  for (const ArmResult& arm : bench.arms) document["benchmarks"].push_back(entry_of(arm, bench));
  return document.dump(2) + "\n";
}

}  // namespace tsctl
