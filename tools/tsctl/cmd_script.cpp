#include "capture_command.h"
#include "commands.h"

namespace tsctl {

void add_script(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("script", "Compile a module's source, and check the result against eager");
  auto flags = std::make_shared<CaptureFlags>();
  add_capture_options(*command, *flags);
  add_repeatable(*command, "--trace-submodule", flags->trace_submodules,
                 "Trace this submodule instead, with an input of that shape: PATH=SHAPE")
      ->group("Source")
      ->type_name("PATH=SHAPE");
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run, [&](Run& run) {
        return capture_command(run, *flags, CaptureMode::script);
      });
    };
  });
}

}  // namespace tsctl
