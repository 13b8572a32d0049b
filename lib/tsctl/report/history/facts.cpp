#include "tsctl/report/history/facts.h"

#include <fmt/format.h>

#include "tsctl/report/text/load_text.h"

namespace tsctl::history {

namespace {

// What changes the ratio of two arms although neither changed.
std::string conditions_of(const Report& report, const BenchResult& bench, const ArmResult& arm) {
  std::string text = fmt::format("{}, {} thread{}", bench.device.empty() ? "cpu" : bench.device,
                                 arm.threads, arm.threads == 1 ? "" : "s");
  for (const std::string& part : {bench.input_set, report.environment.cpu}) {
    if (!part.empty()) text += ", " + part;
  }
  if (!bench.load.plain()) text += ", " + loop_text(bench.load);
  return text;
}

}  // namespace

std::vector<HistorySeries> arms_of(const Report& report, const std::string& model) {
  std::vector<HistorySeries> arms;
  if (!report.bench) return arms;
  for (const ArmResult& arm : report.bench->arms) {
    HistorySeries& series = arms.emplace_back();
    series.model = model.empty() ? report.model.path : model;
    series.arm = arm.label;
    series.conditions = conditions_of(report, *report.bench, arm);
    HistoryNight& night = series.nights.emplace_back();
    night.torch_version = report.environment.torch_version;
    night.tool_version = report.tool.version;
    night.outputs = name_of(arm.outputs);
    night.speed = name_of(arm.speed);
    night.median_s = arm.median_s;
    night.p99_s = arm.p99_s;
    if (const PairResult* pair = pair_of(*report.bench, arm.label); pair != nullptr) {
      series.base = pair->base;
      night.speedup = pair->speedup;
      night.speedup_low = pair->speedup_low;
      night.speedup_high = pair->speedup_high;
    }
  }
  return arms;
}

}  // namespace tsctl::history
