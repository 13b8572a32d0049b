#include <memory>
#include <string>

#include "commands/commands.h"
#include "options/help_text.h"
#include "options/option_groups.h"

namespace tsctl {

// Shows the help of another command, so it needs the whole list of commands.
void add_help(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand("help", "Show the help of a command");
  auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "The command; without it, the list of commands");
  command->callback([&app, &selected, name] {
    const CLI::App* chosen = name->empty() ? &app : command_named(app, *name);
    if (chosen == nullptr) {
      selected = [name](Context& context) {
        return print_failure(Error(ErrorKind::usage, "there is no command " + *name,
                                   "run tsctl --help for the list"),
                             context, true);
      };
      return;
    }
    selected = [text = help_text(*chosen)](Context& context) {
      context.out << text;
      return flush_result(context);
    };
  });
}

}  // namespace tsctl
