#include "tsctl/report/html/history_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/text/history_text.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

HtmlCell verdict_cell(const HistorySeries& series) {
  if (!series.verdict) return {"not checked", series.reason};
  if (*series.verdict == HistoryVerdict::undecided) return {"undecided", series.reason};
  return judged_cell(name_of(*series.verdict), *series.verdict == HistoryVerdict::unchanged);
}

std::string summary_table(const std::vector<HistorySeries>& all) {
  HtmlTable table({"model", "arm", "baseline", "conditions", "check", ">nights", ">speedup now",
                   ">drop that two nights show", "why"});
  for (const HistorySeries& series : all) {
    if (series.base.empty()) continue;
    table.add_row({series.model, series.arm, series.base, series.conditions, verdict_cell(series),
                   std::to_string(series.compared_nights), ratio_text(series.level),
                   percent_text(series.resolution), series.reason});
  }
  return table.render();
}

std::string nights_table(const HistorySeries& series) {
  HtmlTable table(
      {"night (UTC)", "host", ">median", ">p99", ">speedup", "outputs", "speed", "torch", "tags"});
  for (const HistoryNight& night : series.nights) {
    table.add_row(
        {night_text(night.time), night.host, seconds_text(night.median_s),
         seconds_text(night.p99_s), night_speedup_text(night),
         night.outputs == "differ" ? judged_cell(night.outputs, false) : HtmlCell(night.outputs),
         night.speed, night.torch_version, joined(night.tags, " ")});
  }
  return table.render();
}

std::string plot_of(const HistorySeries& series, HistoryMetric metric) {
  const bool is_time = metric == HistoryMetric::median;
  std::vector<NightMark> marks;
  for (const HistoryNight& night : series.nights) {
    NightMark& mark = marks.emplace_back();
    mark.label = night_text(night.time);
    mark.value = (is_time ? night.median_s : night.speedup).value_or(0.0);
    if (!is_time) {
      mark.low = night.speedup_low;
      mark.high = night.speedup_high;
    }
  }
  std::vector<NightChange> changes;
  for (const HistoryChange& change : series.changes) {
    const auto first = std::ranges::find_if(
        series.nights, [&](const HistoryNight& night) { return night.time == change.since; });
    changes.push_back(
        {.first = static_cast<std::size_t>(first - series.nights.begin()),
         .note = fmt::format("{} to {}", ratio_text(change.before), ratio_text(change.after))});
  }
  return nights_plot(marks, changes, is_time,
                     is_time ? "median of a call" : "speedup over " + series.base);
}

std::string part_of(const HistorySeries& series, HistoryMetric metric) {
  std::string text = html_paragraph(series.conditions);
  for (const HistoryChange& change : series.changes) text += html_paragraph(change_text(change));
  return text + plot_of(series, metric) + nights_table(series);
}

}  // namespace

std::string html_from_history(const History& history, HistoryMetric metric,
                              bool undecided_allowed) {
  std::string body = html_section("Series", summary_table(history.series));
  for (const HistorySeries& series : history.series) {
    if (metric == HistoryMetric::speedup && series.base.empty()) continue;
    body += html_section(series_title(series), part_of(series, metric));
  }
  const HistoryVerdict verdict = verdict_of(history.series);
  const bool passed = verdict == HistoryVerdict::unchanged ||
                      (verdict == HistoryVerdict::undecided && undecided_allowed);
  return html_page({.title = "tsctl history",
                    .verdict = history_verdict_line(history.series, undecided_allowed),
                    .failed = !passed},
                   body);
}

}  // namespace tsctl
