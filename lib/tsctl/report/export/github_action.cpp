#include <fmt/format.h>

#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

using json::Json;

namespace {

constexpr double kMillisecondsPerSecond = 1e3;

const PercentileResult* median_of(const ArmResult& arm) {
  const auto median = std::ranges::find_if(
      arm.percentiles, [](const PercentileResult& one) { return one.p == 0.5; });
  return median == arm.percentiles.end() ? nullptr : &*median;
}

Json action_entry(const ArmResult& arm, const Report& report) {
  const LoadPlan& load = report.bench->load;
  Json entry{
      {"name", arm.label}, {"unit", "ms"}, {"value", *arm.median_s * kMillisecondsPerSecond}};
  const PercentileResult* median = median_of(arm);
  if (median != nullptr && median->low_s && median->high_s) {
    entry["range"] =
        fmt::format("{:f}", (*median->high_s - *median->low_s) / 2 * kMillisecondsPerSecond);
  }
  entry["extra"] = fmt::format("{}: {} calls in {} launches, outputs {}{}{}", model_of(arm, report),
                               arm.samples, arm.launches, name_of(arm.outputs),
                               load.plain() ? "" : ", ", load.plain() ? "" : loop_text(load));
  return entry;
}

}  // namespace

std::string github_action_json(const Reports& reports) {
  Json entries = Json::array();
  for (const Report& report : reports) {
    for (const ArmResult& arm : bench_of(report).arms) {
      if (arm.median_s) entries.push_back(action_entry(arm, report));
    }
  }
  return json::document_text(entries);
}

}  // namespace tsctl
