#include "commands/commands.h"
#include "commands/rewrite_command.h"

namespace tsctl {

void add_freeze(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("freeze", "Make parameters constants and drop what only training needs");
  auto flags = std::make_shared<RewriteFlags>();
  add_rewrite_options(*command, *flags);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run, [&](Run& run) {
        return rewrite_command(run, *flags, RewriteGoal::freeze);
      });
    };
  });
}

}  // namespace tsctl
