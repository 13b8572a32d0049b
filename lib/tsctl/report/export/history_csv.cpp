#include "tsctl/report/export/history_csv.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "tsctl/report/export/csv_line.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr std::array kColumns{"model",         "arm",          "base",   "conditions",
                              "time",          "host",         "tags",   "outputs",
                              "speed",         "median_s",     "p99_s",  "speedup",
                              "speedup_low",   "speedup_high", "sha256", "base_sha256",
                              "torch_version", "tool_version", "report"};

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::string row_of(const HistorySeries& series, const HistoryNight& night) {
  const std::array<std::string, kColumns.size()> cells{series.model,
                                                       series.arm,
                                                       series.base,
                                                       series.conditions,
                                                       night.time,
                                                       night.host,
                                                       joined(night.tags, " "),
                                                       night.outputs,
                                                       night.speed,
                                                       number(night.median_s),
                                                       number(night.p99_s),
                                                       number(night.speedup),
                                                       number(night.speedup_low),
                                                       number(night.speedup_high),
                                                       night.sha256,
                                                       series.base_sha256,
                                                       night.torch_version,
                                                       night.tool_version,
                                                       night.report};
  return csv_line(cells);
}

}  // namespace

std::string csv_from_history(const History& history) {
  std::string text = csv_line(std::vector<std::string>(kColumns.begin(), kColumns.end()));
  for (const HistorySeries& series : history.series) {
    for (const HistoryNight& night : series.nights) text += row_of(series, night);
  }
  return text;
}

}  // namespace tsctl
