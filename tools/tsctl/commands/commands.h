#pragma once

#include "session/context.h"

namespace CLI {
class App;
}

namespace tsctl {

// Each adds its command to `app`. Parsing stores the action in `selected` and does nothing else.
void add_convert(CLI::App& app, Action& selected);
void add_trace(CLI::App& app, Action& selected);
void add_script(CLI::App& app, Action& selected);
void add_explain(CLI::App& app, Action& selected);
void add_freeze(CLI::App& app, Action& selected);
void add_optimize(CLI::App& app, Action& selected);
void add_verify(CLI::App& app, Action& selected);
void add_bench(CLI::App& app, Action& selected);
void add_inspect(CLI::App& app, Action& selected);
void add_diff(CLI::App& app, Action& selected);
void add_run(CLI::App& app, Action& selected);
void add_sign(CLI::App& app, Action& selected);
void add_check(CLI::App& app, Action& selected);
void add_doctor(CLI::App& app, Action& selected);
void add_report(CLI::App& app, Action& selected);
void add_history(CLI::App& app, Action& selected);
void add_help(CLI::App& app, Action& selected);

}  // namespace tsctl
