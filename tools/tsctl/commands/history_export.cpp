#include <vector>

#include "commands/history_actions.h"
#include "session/finish.h"
#include "session/report_formats.h"
#include "tsctl/report/json/document.h"

namespace tsctl {

namespace {

std::vector<Report> selected_reports(const HistoryFlags& flags) {
  require_filter(flags.filter);
  HistoryStore store = opened_history(flags);
  std::vector<Report> reports;
  for (const std::string& document : store.documents(flags.filter))
    reports.push_back(report_from_document(document, "a report of the history"));
  if (reports.empty()) {
    throw Error(ErrorKind::usage, "no night fits --model, --arm and --since",
                "run tsctl history show without these flags to list all nights");
  }
  return reports;
}

}  // namespace

ExitCode history_export(const HistoryFlags& flags, Context& context) {
  const ReportFormat& format = report_format(flags.format);
  const std::vector<Report> reports = selected_reports(flags);
  require_room(format, reports.size(), "select one with --last 1, or use another --format");
  context.out << format.render(reports);
  return flush_result(context);
}

}  // namespace tsctl
