#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/bind_command.h"

namespace tsctl {

void add_script(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "script", "Compile a module's source and compare the result with eager mode");
  auto flags = std::make_shared<CaptureFlags>();
  flags->mode = CaptureMode::script;
  add_capture_options(*command, *flags);
  add_output_options(*command, flags->output, true);
  add_trace_submodule_option(*command, *flags);
  bind_command(*command, selected, flags, &capture_command);
}

}  // namespace tsctl
