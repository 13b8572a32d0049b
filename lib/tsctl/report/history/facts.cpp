#include "tsctl/report/history/facts.h"

#include <fmt/format.h>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl::history {

namespace {

// What changes the ratio of two arms although neither changed.
std::string conditions_of(const Report& report, const BenchResult& bench, const ArmResult& arm) {
  std::string text = fmt::format("{}, {}", bench.device.empty() ? "cpu" : bench.device,
                                 counted(arm.threads, "thread"));
  for (const std::string& part : {bench.input_set, report.environment.cpu}) {
    if (!part.empty()) text += ", " + part;
  }
  if (!bench.load.plain()) text += ", " + loop_text(bench.load);
  return text;
}

// The digest of the baseline's file. Another file is another baseline; the Python code of a SOURCE may change.
std::string base_sha256(const BenchResult& bench, const std::string& label) {
  for (const ArmResult& arm : bench.arms) {
    const bool is_file = arm.kind == ArmKind::file || arm.kind == ArmKind::aotinductor;
    if (arm.label == label && is_file) return arm.sha256;
  }
  return {};
}

std::vector<std::string> tags_of(const Report& report) {
  std::vector<std::string> tags;
  for (const auto& [key, value] : report.tags) tags.push_back(key + "=" + value);
  return tags;
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
    night.host = report.environment.host_name;
    night.tags = tags_of(report);
    night.sha256 = arm.sha256;
    night.torch_version = report.environment.torch_version;
    night.tool_version = report.tool.version;
    night.outputs = name_of(arm.outputs);
    night.speed = name_of(arm.speed);
    night.median_s = arm.median_s;
    night.p99_s = arm.p99_s;
    if (const PairResult* pair = pair_of(*report.bench, arm.label); pair != nullptr) {
      series.base = pair->base;
      series.base_sha256 = base_sha256(*report.bench, pair->base);
      night.speedup = pair->speedup;
      night.speedup_low = pair->speedup_low;
      night.speedup_high = pair->speedup_high;
    }
  }
  return arms;
}

}  // namespace tsctl::history
