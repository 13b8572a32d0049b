#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tsctl {

// The help of tsctl, or of a command: at most 100 columns, groups of flags, two examples, the exit codes and the page of
// the manual.
std::string help_text(const CLI::App& app);

// The command that a parsed command line chose: the last of `tsctl history show`, and `app` itself without one.
const CLI::App& chosen_command(const CLI::App& app);
// "history show".
std::string full_command_name(const CLI::App& command);

// The command of that name; null if there is none.
const CLI::App* command_named(const CLI::App& app, const std::string& name);

}  // namespace tsctl
