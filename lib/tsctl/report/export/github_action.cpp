#include <fmt/format.h>

#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

constexpr double kMillisecondsPerSecond = 1e3;

Json entry_of(const ArmResult& arm, const BenchResult& bench) {
  Json entry{
      {"name", arm.label}, {"unit", "ms"}, {"value", *arm.median_s * kMillisecondsPerSecond}};
  if (!arm.percentiles.empty() && arm.percentiles.front().low_s) {
    const PercentileResult& median = arm.percentiles.front();
    entry["range"] =
        fmt::format("{:f}", (*median.high_s - *median.low_s) / 2 * kMillisecondsPerSecond);
  }
  entry["extra"] = fmt::format("{} calls in {} launches, outputs {}{}{}", arm.samples, arm.launches,
                               name_of(arm.outputs), bench.load.plain() ? "" : ", ",
                               bench.load.plain() ? "" : loop_text(bench.load));
  return entry;
}

}  // namespace

std::string github_action_json(const Report& report) {
  const BenchResult& bench = bench_of(report);
  Json entries = Json::array();
  for (const ArmResult& arm : bench.arms) {
    if (arm.median_s) entries.push_back(entry_of(arm, bench));
  }
  return entries.dump(2) + "\n";
}

}  // namespace tsctl
