#include "tsctl/report/text/history_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

std::string table_of(const HistorySeries& series, HistoryMetric metric) {
  const bool speedup = metric == HistoryMetric::speedup;
  TextTable table(
      speedup ? std::vector<std::string>{"night", "host", ">speedup", "outputs", "speed", "tags"}
              : std::vector<std::string>{"night", "host", ">median", ">p99", "outputs", "tags"});
  for (const HistoryNight& night : series.nights) {
    const std::string tags = joined(night.tags, " ");
    const std::string time = night_text(night.time);
    if (speedup) {
      table.add_row(
          {time, night.host, night_speedup_text(night), night.outputs, night.speed, tags});
    } else {
      table.add_row({time, night.host, seconds_text(night.median_s), seconds_text(night.p99_s),
                     night.outputs, tags});
    }
  }
  return table.render(2);
}

std::string nights_count(std::int64_t count) { return counted(count, "night"); }

std::string series_count(std::int64_t count) { return fmt::format("{} series", count); }

// Baselines have no speedup.
std::vector<const HistorySeries*> shown_series(const History& history, HistoryMetric metric) {
  std::vector<const HistorySeries*> shown;
  for (const HistorySeries& series : history.series) {
    if (metric == HistoryMetric::median || !series.base.empty()) shown.push_back(&series);
  }
  return shown;
}

std::string verdict_text(const HistorySeries& series) {
  const std::string level = series.level ? ", now " + ratio_text(*series.level) : "";
  const std::string nights = nights_count(series.compared_nights) + level;
  if (!series.verdict) return "not checked: " + series.reason;
  switch (*series.verdict) {
    case HistoryVerdict::regression:
      return fmt::format("regression in {}", nights);
    case HistoryVerdict::undecided:
      return fmt::format("undecided: {}", series.reason);
    case HistoryVerdict::unchanged:
      break;
  }
  return fmt::format("no regression in {}; a drop of {} or more would be found in two nights",
                     nights, percent_text(series.resolution.value_or(0.0)));
}

std::string undecided_line(const std::string& what, bool allowed) {
  if (!allowed) return "UNDECIDED  " + what;
  return fmt::format("OK  {}: undecided, allowed (--allow-undecided)", what);
}

}  // namespace

std::string night_speedup_text(const HistoryNight& night) {
  return ratio_interval_text(night.speedup, night.speedup_low, night.speedup_high);
}

std::string history_verdict_line(const std::vector<HistorySeries>& all, bool undecided_allowed) {
  std::int64_t regressions = 0;
  std::int64_t undecided = 0;
  std::int64_t checked = 0;
  const HistorySeries* worst = nullptr;
  const HistoryChange* worst_change = nullptr;
  for (const HistorySeries& series : all) {
    checked += series.verdict ? 1 : 0;
    regressions += series.verdict == HistoryVerdict::regression ? 1 : 0;
    undecided += series.verdict == HistoryVerdict::undecided ? 1 : 0;
    for (const HistoryChange& change : series.changes) {
      if (!change.current) continue;
      if (worst_change != nullptr &&
          change.after / change.before >= worst_change->after / worst_change->before)
        continue;
      worst = &series;
      worst_change = &change;
    }
  }
  if (worst != nullptr) {
    return fmt::format("FAIL  {} of {} with a regression: {} is {}", regressions,
                       series_count(checked), series_title(*worst), change_text(*worst_change));
  }
  if (checked == 0)
    return undecided_line("there is no arm that was compared with a baseline", undecided_allowed);
  if (undecided > 0) {
    return undecided_line(fmt::format("{} of {}", undecided, series_count(checked)),
                          undecided_allowed);
  }
  return fmt::format("OK  no regression in {}", series_count(checked));
}

std::string night_text(const std::string& time) {
  if (time.size() < 16 || time[10] != 'T') return time;
  return time.substr(0, 10) + ' ' + time.substr(11, 5);
}

std::string series_title(const HistorySeries& series) {
  return series.arm + " of " + series.model +
         (series.base.empty() ? std::string() : " against " + series.base);
}

std::string change_text(const HistoryChange& change) {
  const double ratio = change.after / change.before;
  return fmt::format("{} {} since {} (speedup {} -> {}), found with the night of {}",
                     percent_text(std::abs(1.0 - ratio)), ratio < 1.0 ? "slower" : "faster",
                     night_text(change.since), ratio_text(change.before), ratio_text(change.after),
                     night_text(change.found));
}

std::string history_text(const History& history, HistoryMetric metric) {
  std::string text;
  for (const HistorySeries* series : shown_series(history, metric)) {
    text += fmt::format("{}\n  {}\n{}", series_title(*series), series->conditions,
                        table_of(*series, metric));
    for (const HistoryChange& change : series->changes)
      text += fmt::format("  change: {}\n", change_text(change));
    text += "\n";
  }
  return text;
}

std::string history_count_line(const History& history, HistoryMetric metric) {
  const std::vector<const HistorySeries*> shown = shown_series(history, metric);
  std::set<std::string> reports;
  for (const HistorySeries* series : shown) {
    for (const HistoryNight& night : series->nights) reports.insert(night.report);
  }
  return fmt::format("OK  {} of {}", series_count(static_cast<std::int64_t>(shown.size())),
                     nights_count(static_cast<std::int64_t>(reports.size())));
}

std::string history_check_text(const History& history) {
  std::string text;
  for (const HistorySeries& series : history.series) {
    if (series.base.empty()) continue;
    text += fmt::format("{}: {}\n", series_title(series), verdict_text(series));
    for (const HistoryChange& change : series.changes)
      text += fmt::format("  {}\n", change_text(change));
  }
  return text;
}

}  // namespace tsctl
