#include "commands/history_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "options/numbers.h"
#include "session/report_input.h"
#include "tsctl/core/base/text.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/base/utc_time.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/output_file.h"
#include "tsctl/report/export/history_csv.h"
#include "tsctl/report/html/history_html.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/json/history_document.h"
#include "tsctl/report/text/history_text.h"
#include "tsctl/report/text/style.h"

namespace tsctl {

namespace {

constexpr const char* kVariable = "TSCTL_HISTORY";
constexpr const char* kDefaultFile = "tsctl-history.db";
constexpr const char* kUndecidedHint =
    "add more nights, give the bench of a night a larger --budget, or accept this with "
    "--allow-undecided";

std::string database_of(const HistoryFlags& flags) {
  if (!flags.database.empty()) return flags.database;
  const char* variable = std::getenv(kVariable);
  return variable != nullptr && *variable != '\0' ? variable : kDefaultFile;
}

// Whether all characters of a text are those of the pattern, in which 0 stands for a digit.
bool fits(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

// Times are compared as texts, so only this form will do.
bool is_time(std::string_view text) { return fits(text, "0000-00-00T00:00:00Z"); }

// For a report that does not have its time: when its file was written.
std::string time_of_file(const std::string& path) {
  std::error_code failure;
  const auto written = std::filesystem::last_write_time(path, failure);
  if (failure || path == "-") return utc_text(std::time(nullptr));
  const auto system = std::chrono::file_clock::to_sys(written);
  return utc_text(std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system)));
}

// A report with its arms, as messages count them.
struct ReadReport {
  HistoryEntry entry = {};
  std::string name = {};
  std::size_t arms = 0;
};

ReadReport read_report(const std::string& path, const std::string& model) {
  const ReportInput input = read_report_input(path);
  ReadReport read{.name = input.name};
  const Report report = report_from_document(input.text, input.name);
  if (!report.bench || report.bench->arms.empty()) {
    throw Error(ErrorKind::input, fmt::format("'{}' has no bench", read.name),
                "a history stores reports of tsctl bench and tsctl convert");
  }
  read.arms = report.bench->arms.size();
  read.entry.document = canonical_document(input.text, input.name);
  read.entry.digest = sha256_of_text(read.entry.document);
  read.entry.time = is_time(report.time) ? report.time : time_of_file(path);
  read.entry.model = model;
  return read;
}

HistoryCheckOptions check_options_from(const HistoryFlags& flags) {
  HistoryCheckOptions options;
  const auto read = [](const std::string& text, const std::string& flag, double& value) {
    if (text.empty()) return;
    value = fraction_from(text, flag);
    if (value >= 1.0) {
      throw Error(ErrorKind::usage, fmt::format("{} '{}' is out of range", flag, text),
                  "write a fraction from 0 to 99%, such as 2%");
    }
  };
  read(flags.margin, "--margin", options.margin);
  read(flags.detect, "--detect", options.detect);
  return options;
}

// The selected series with the result of their check.
History checked_history(const HistoryFlags& flags) {
  const HistoryCheckOptions options = check_options_from(flags);
  require_filter(flags.filter);
  if (const auto clash = standard_output_clash(flags.documents)) throw *clash;
  HistoryStore store = opened_history(flags);
  History history{.series = store.series(flags.filter)};
  if (history.series.empty() && store.report_count() > 0) {
    throw Error(ErrorKind::usage,
                fmt::format("no night in '{}' fits --model, --arm and --since", database_of(flags)),
                "run tsctl history show without these flags to list all nights");
  }
  check(history.series, options);
  return history;
}

void write_document(const std::string& target, const std::string& flag, const std::string& text,
                    Context& context) {
  if (target == "-") {
    context.out << text;
  } else if (!target.empty()) {
    write_text_file(target, text, flag);
  }
}

// Writes the documents that were asked for, and the text unless one of them is on standard output. The last line of
// the text is the result: it comes last, and on standard error if standard output has a document.
void write_history(const HistoryFlags& flags, const History& history, const std::string& text,
                   const std::string& result, Context& context) {
  const bool document = prints_document(flags.documents);
  if (!document) context.out << printable(plain(text));
  write_document(flags.documents.json, "--json", document_from_history(history), context);
  write_document(flags.documents.csv, "--csv", csv_from_history(history), context);
  write_document(flags.documents.html, "--html",
                 html_from_history(history, flags.metric, flags.allow_undecided), context);
  print_result(result, document, context);
}

}  // namespace

HistoryStore opened_history(const HistoryFlags& flags) {
  const std::string path = database_of(flags);
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorKind::input, fmt::format("there is no history '{}'", path),
                "add reports with tsctl history add, or give its file with --db");
  }
  if (std::filesystem::is_directory(path)) {
    throw Error(ErrorKind::input, fmt::format("the history '{}' is a folder", path),
                "give the file of a history with --db");
  }
  return {path, history::Database::Open::existing};
}

void require_filter(const HistoryFilter& filter) {
  const std::string& text = filter.since;
  if (text.empty() || is_time(text) || fits(text, "0000-00-00")) return;
  throw Error(ErrorKind::usage, fmt::format("--since '{}' is not a time", text),
              "write 2026-05-01, or 2026-05-01T02:00:00Z; times are UTC");
}

ExitCode history_add(const HistoryFlags& flags, Context& context) {
  std::vector<ReadReport> reports;
  for (const std::string& path : flags.reports) reports.push_back(read_report(path, flags.model));
  const std::string path = database_of(flags);
  if (!std::filesystem::exists(path)) require_writable_target(path, "--db");
  HistoryStore store(path, history::Database::Open::create);
  std::vector<HistoryEntry> entries;
  for (const ReadReport& report : reports) entries.push_back(report.entry);
  const std::vector<bool> added = store.add(entries);
  for (std::size_t i = 0; i < reports.size() && !flags.quiet; ++i) {
    context.out << printable(
        fmt::format("{:<10} {}: {}, night of {}\n", added[i] ? "added" : "known", reports[i].name,
                    counted(reports[i].arms, "arm"), night_text(reports[i].entry.time)));
  }
  const auto count = std::ranges::count(added, true);
  print_result(fmt::format("OK  {} added, {} already there; {} has {}", count,
                           static_cast<std::ptrdiff_t>(added.size()) - count, path,
                           counted(store.report_count(), "report")),
               false, context);
  return flush_result(context);
}

ExitCode history_show(const HistoryFlags& flags, Context& context) {
  const History history = checked_history(flags);
  write_history(flags, history, history_text(history, flags.metric),
                history_count_line(history, flags.metric), context);
  return flush_result(context);
}

ExitCode history_check(const HistoryFlags& flags, Context& context) {
  const History history = checked_history(flags);
  write_history(flags, history, history_check_text(history),
                history_verdict_line(history.series, flags.allow_undecided), context);
  if (const ExitCode code = flush_result(context); code != ExitCode::ok) return code;
  switch (verdict_of(history.series)) {
    case HistoryVerdict::regression:
      return ExitCode::gate_failed;
    case HistoryVerdict::undecided:
      if (flags.allow_undecided) return ExitCode::ok;
      context.err << "tsctl: hint: " << kUndecidedHint << "\n";
      return ExitCode::undecided;
    case HistoryVerdict::unchanged:
      break;
  }
  return ExitCode::ok;
}

}  // namespace tsctl
