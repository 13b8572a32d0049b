#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/bind_command.h"

namespace tsctl {

void add_trace(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("trace", "Trace a module and compare the trace with eager mode");
  auto flags = std::make_shared<CaptureFlags>();
  flags->mode = CaptureMode::trace;
  add_capture_options(*command, *flags);
  add_output_options(*command, flags->output, true);
  add_script_submodule_option(*command, *flags);
  bind_command(*command, selected, flags, &capture_command);
}

}  // namespace tsctl
