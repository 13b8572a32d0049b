#include "commands/commands.h"
#include "commands/rewrite_command.h"
#include "options/bind_command.h"

namespace tsctl {

void add_freeze(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "freeze", "Turn parameters into constants and remove what only training needs");
  auto flags = std::make_shared<RewriteFlags>();
  add_rewrite_options(*command, *flags);
  bind_command(*command, selected, flags, &rewrite_command);
}

}  // namespace tsctl
