#pragma once

#include <string>
#include <vector>

#include "session/context.h"
#include "session/finish.h"
#include "tsctl/core/history.h"
#include "tsctl/report/history/store.h"

namespace tsctl {

// The flags of all commands below `history`.
struct HistoryFlags {
  std::string database = {};
  std::vector<std::string> reports = {};
  std::string model = {};  // of add
  bool quiet = false;
  HistoryFilter filter = {};
  HistoryMetric metric = HistoryMetric::speedup;
  std::string margin = {};  // as given
  std::string detect = {};
  bool allow_undecided = false;
  ReportOptions documents = {};  // of show and check: their --json, --csv and --html
  std::string format = "csv";    // of export
};

// Opens the history that the flags or TSCTL_HISTORY name. Throws Error{input} if there is none.
HistoryStore opened_history(const HistoryFlags& flags);

// Throws Error{usage} for a --since that is not a time.
void require_filter(const HistoryFilter& filter);

// Each throws Error.
ExitCode history_add(const HistoryFlags& flags, Context& context);
ExitCode history_show(const HistoryFlags& flags, Context& context);
ExitCode history_check(const HistoryFlags& flags, Context& context);
ExitCode history_export(const HistoryFlags& flags, Context& context);

}  // namespace tsctl
