#include "commands/history_actions.h"

namespace tsctl {

ExitCode history_export(const HistoryFlags&, Context&) { return ExitCode::ok; }

}  // namespace tsctl
