#include "tsctl/report/export/history_csv.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tsctl/report/export/csv_line.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// A column shows a member of the series or of the night.
struct Column {
  const char* name;
  std::variant<std::string HistorySeries::*, std::string HistoryNight::*,
               std::vector<std::string> HistoryNight::*, std::optional<double> HistoryNight::*>
      member;
};

constexpr std::array kColumns{
    Column{"model", &HistorySeries::model},
    Column{"arm", &HistorySeries::arm},
    Column{"base", &HistorySeries::base},
    Column{"conditions", &HistorySeries::conditions},
    Column{"time", &HistoryNight::time},
    Column{"host", &HistoryNight::host},
    Column{"tags", &HistoryNight::tags},
    Column{"outputs", &HistoryNight::outputs},
    Column{"speed", &HistoryNight::speed},
    Column{"median_s", &HistoryNight::median_s},
    Column{"p99_s", &HistoryNight::p99_s},
    Column{"speedup", &HistoryNight::speedup},
    Column{"speedup_low", &HistoryNight::speedup_low},
    Column{"speedup_high", &HistoryNight::speedup_high},
    Column{"sha256", &HistoryNight::sha256},
    Column{"base_sha256", &HistorySeries::base_sha256},
    Column{"torch_version", &HistoryNight::torch_version},
    Column{"tool_version", &HistoryNight::tool_version},
    Column{"report", &HistoryNight::report},
};

std::string text_of(const std::string& text) { return text; }

std::string text_of(const std::vector<std::string>& words) { return joined(words, " "); }

std::string text_of(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : std::string();
}

std::string row_of(const HistorySeries& series, const HistoryNight& night) {
  const auto cell = [&]<typename Owner, typename Value>(Value Owner::*member) {
    if constexpr (std::is_same_v<Owner, HistorySeries>) {
      return text_of(series.*member);
    } else {
      return text_of(night.*member);
    }
  };
  std::vector<std::string> cells;
  for (const Column& column : kColumns) cells.push_back(std::visit(cell, column.member));
  return csv_line(cells);
}

}  // namespace

std::string csv_from_history(const History& history) {
  std::vector<std::string> names;
  for (const Column& column : kColumns) names.emplace_back(column.name);
  std::string text = csv_line(names);
  for (const HistorySeries& series : history.series) {
    for (const HistoryNight& night : series.nights) text += row_of(series, night);
  }
  return text;
}

}  // namespace tsctl
