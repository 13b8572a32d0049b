#include "commands/commands.h"
#include "commands/rewrite_command.h"
#include "options/bind_command.h"

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
  flags->goal = RewriteGoal::optimize;
  bind_command(*command, selected, flags, &rewrite_command);
}

}  // namespace tsctl
