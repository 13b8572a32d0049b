#pragma once

#include <CLI/CLI.hpp>

#include "session/command_session.h"

namespace tsctl {

// --timeout, --memory, --max-output and --no-sandbox, for the commands that start workers.
void add_limit_options(CLI::App& command, RunOptions& options);

}  // namespace tsctl
