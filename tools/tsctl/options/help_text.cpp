#include "options/help_text.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "options/command_examples.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 30;  // where descriptions begin

constexpr std::string_view kExitCodes =
    "0 success, 1 a check failed, 2 usage, 3 input file, 4 capture, 5 model failed, 6 undecided, "
    "7 environment, 8 gate failed, 9 host busy, 70 bug, 130 143 interrupted, 141 closed pipe";

// "  --input SPEC                One input …", wrapped.
std::string entry(const std::string& name, const std::string& text) {
  std::string line = "  " + name;
  if (columns_of(line) + 2 > kColumn) {
    line += "\n" + std::string(kColumn, ' ');
  } else {
    line += std::string(kColumn - columns_of(line), ' ');
  }
  return line + wrapped(text, kWidth, kColumn) + "\n";
}

std::string section(const std::string& title, const std::string& entries) {
  return entries.empty() ? "" : "\n" + title + ":\n" + entries;
}

// The name of an option's value, without the checks that CLI11 writes behind it.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  const std::string name = option.get_type_name();
  return name.substr(0, name.find_first_of(": "));
}

// "-o, --output OUT.pt".
std::string flag_text(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
  // A flag with a negative form, --verify and --no-verify, has both names.
  for (const std::string& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
  const std::string value = value_name(option);
  return value.empty() ? text : text + " " + value;
}

std::string positional_text(const CLI::Option& option) {
  return option.get_single_name() + (option.get_items_expected_max() > 1 ? "..." : "");
}

std::vector<const CLI::Option*> options_of(const CLI::App& app, const std::string& group) {
  return app.get_options([&](const CLI::Option* option) {
    return option->nonpositional() && option->get_group() == group;
  });
}

std::string groups_text(const CLI::App& app) {
  std::string text;
  std::vector<std::string> groups = app.get_groups();
  // Those that few need come last.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != "Advanced"; });
  for (const std::string& group : groups) {
    if (group.empty()) continue;  // hidden
    std::string entries;
    for (const CLI::Option* option : options_of(app, group))
      entries += entry(flag_text(*option), option->get_description());
    text += section(group, entries);
  }
  return text;
}

std::string commands_text(const CLI::App& app) {
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({}))
    commands += entry(command->get_name(), command->get_description());
  return section("Commands", commands);
}

std::string command_help(const CLI::App& command) {
  const std::string full_name = full_command_name(command);
  const std::string page = full_name.substr(0, full_name.find(' '));
  std::string usage = "tsctl " + full_name;
  std::string positionals;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = positional_text(*option);
    usage += " " + (option->get_required() ? name : "[" + name + "]");
    positionals += entry(name, option->get_description());
  }
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional() && option->get_required())
      usage += fmt::format(" {} {}", option->get_name(), value_name(*option));
  }
  if (!command.get_subcommands({}).empty()) usage += " COMMAND";
  std::string text = fmt::format("{}\nUsage: {} [options]\n", command.get_description(), usage);
  text += commands_text(command);
  text += section("Arguments", positionals) + groups_text(command);
  if (const CommandExamples* examples = examples_of(full_name)) {
    text += "\nExamples:\n";
    for (const std::string_view line : examples->lines) text += fmt::format("  {}\n", line);
  }
  text += "\nExit codes: " + wrapped(std::string(kExitCodes), kWidth, 12) + "\n";
  return text + fmt::format("Manual: docs/commands/{}.md\n", page);
}

std::string main_help(const CLI::App& app) {
  return app.get_description() + "\nUsage: tsctl COMMAND [options]\n" + commands_text(app) +
         groups_text(app) +
         "\nExamples:\n"
         "  tsctl convert net.py:Net --input Bx784 --dim B=1,32 -o net.pt\n"
         "  tsctl help convert\n"
         "\nExit codes: " +
         wrapped(std::string(kExitCodes), kWidth, 12) + "\nManual: README.md and docs/commands\n";
}

}  // namespace

const CLI::App& chosen_command(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return commands.empty() ? app : chosen_command(*commands.front());
}

std::string full_command_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  const bool is_part = parent != nullptr && parent->get_parent() != nullptr;
  return (is_part ? full_command_name(*parent) + " " : "") + command.get_name();
}

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
  const auto commands =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return commands.empty() ? nullptr : commands.front();
}

std::string help_text(const CLI::App& app) {
  return app.get_parent() == nullptr ? main_help(app) : command_help(app);
}

}  // namespace tsctl
