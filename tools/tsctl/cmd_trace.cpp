#include "capture_command.h"
#include "commands.h"

namespace tsctl {

void add_trace(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("trace", "Trace a module, and check the trace against eager");
  auto flags = std::make_shared<CaptureFlags>();
  add_capture_options(*command, *flags);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run, [&](Run& run) {
        return capture_command(run, *flags, CaptureMode::trace);
      });
    };
  });
}

}  // namespace tsctl
