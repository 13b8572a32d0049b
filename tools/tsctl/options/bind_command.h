#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "session/command_session.h"
#include "session/context.h"

namespace tsctl {

// Runs `body` in its own session. `Flags` has the members `report` and `run`.
template <typename Flags>
Action session_action(const std::shared_ptr<Flags>& flags,
                      ExitCode (*body)(CommandSession&, const Flags&)) {
  return [flags, body](Context& context) {
    return run_reported(context, flags->report, flags->run,
                        [&](CommandSession& session) { return body(session, *flags); });
  };
}

// Selects `body` when `command` is on the command line.
template <typename Flags>
void bind_command(CLI::App& command, Action& selected, const std::shared_ptr<Flags>& flags,
                  ExitCode (*body)(CommandSession&, const Flags&)) {
  command.callback([flags, body, &selected] { selected = session_action(flags, body); });
}

}  // namespace tsctl
