#include "commands/capture_command.h"
#include "commands/commands.h"

namespace tsctl {

void add_script(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("script", "Compile a module's source, and check the result against eager");
  auto flags = std::make_shared<CaptureFlags>();
  flags->mode = CaptureMode::script;
  add_capture_options(*command, *flags);
  add_output_options(*command, flags->output, true);
  add_trace_submodule_option(*command, *flags);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run,
                          [&](Run& run) { return capture_command(run, *flags); });
    };
  });
}

}  // namespace tsctl
