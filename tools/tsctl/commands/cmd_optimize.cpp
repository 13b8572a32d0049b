#include "commands/commands.h"
#include "commands/rewrite_command.h"

namespace tsctl {

void add_optimize(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "optimize", "Freeze where needed, and run the passes that make a file faster");
  auto flags = std::make_shared<RewriteFlags>();
  add_rewrite_options(*command, *flags);
  command
      ->add_flag("--verify,!--no-verify", flags->verify,
                 "Compare with the input file (default) or only load again")
      ->group("Comparison");
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run, [&](Run& run) {
        return rewrite_command(run, *flags, RewriteGoal::optimize);
      });
    };
  });
}

}  // namespace tsctl
