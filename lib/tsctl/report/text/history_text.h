#pragma once

#include <string>

#include "tsctl/core/history.h"

namespace tsctl {

// A table for each series with a row for each night. The medians of baselines are shown too, their speedups are not.
std::string history_text(const History& history, HistoryMetric metric);
// "OK  2 series of 12 nights".
std::string history_count_line(const History& history, HistoryMetric metric);

// The result of a check: a line for each series, and below it a line for each change.
std::string history_check_text(const History& history);

// "new of cnn.pt against pinned".
std::string series_title(const HistorySeries& series);
// "9.8% slower since 2026-05-06T02:10:00Z (1.30 -> 1.17), found on …".
std::string change_text(const HistoryChange& change);

// "1.30 [1.29, 1.31]", or "-".
std::string night_speedup_text(const HistoryNight& night);

// The result of the check of all series in one line, which the series with the largest drop stands for. With
// `undecided_allowed` (--allow-undecided) a check that could not decide is OK, like its exit code.
std::string history_verdict_line(const std::vector<HistorySeries>& all,
                                 bool undecided_allowed = false);

// "2026-05-06 02:10" of a time as the report has it.
std::string night_text(const std::string& time);

}  // namespace tsctl
