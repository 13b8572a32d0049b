#include "cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <optional>

#include "commands/commands.h"
#include "options/pass_listing.h"
#include "session/finish.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/did_you_mean.h"

namespace tsctl::cli {

namespace {

// The one list of commands, in the order in which help shows them.
constexpr std::array kCommands{&add_convert,  &add_explain, &add_trace, &add_script,  &add_freeze,
                               &add_optimize, &add_verify,  &add_bench, &add_inspect, &add_diff,
                               &add_run,      &add_doctor,  &add_report};

std::vector<std::string> long_flags(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string did_you_mean(const std::string& wrong, const std::vector<std::string>& names) {
  const std::string closest = closest_name(wrong, names);
  return closest.empty() ? std::string() : "did you mean " + closest + "? ";
}

// The command line's words that no option took, as CLI11 keeps them.
std::string first_unexpected(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  return left.empty() ? std::string() : left.front();
}

// CLI11 gives an option the next word whatever it is; if that is a flag, the value was forgotten.
std::optional<Error> missing_value(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& value : option->results()) {
        if (!value.starts_with("-") || value.size() < 2 ||
            command->get_option_no_throw(value) == nullptr)
          continue;
        return Error(ErrorKind::usage,
                     "tsctl " + command->get_name() + ": " + option->get_name() +
                         " has no value: " + value + " follows it",
                     "run tsctl " + command->get_name() + " --help");
      }
    }
  }
  return std::nullopt;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (const auto forgotten = missing_value(app)) return *forgotten;
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    const std::string word = first_unexpected(app);
    if (word.empty()) {
      return Error(ErrorKind::usage, "no command was given",
                   "run tsctl --help for the list of commands");
    }
    const bool flag = word.starts_with("-");
    return Error(ErrorKind::usage, "there is no " + std::string(flag ? "flag " : "command ") + word,
                 did_you_mean(word, flag ? long_flags(app) : command_names(app)) +
                     "run tsctl --help for the list");
  }
  const CLI::App& command = *chosen.front();
  const std::string help = "run tsctl " + command.get_name() + " --help";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string word = first_unexpected(app);
    const std::string name = word.substr(0, word.find('='));
    if (word.starts_with("-")) {
      return Error(ErrorKind::usage, "tsctl " + command.get_name() + " has no flag " + name,
                   did_you_mean(name, long_flags(command)) + help);
    }
    return Error(ErrorKind::usage,
                 "tsctl " + command.get_name() + " does not know what to do with '" + word + "'",
                 help);
  }
  return Error(ErrorKind::usage, std::string("tsctl ") + command.get_name() + ": " + error.what(),
               help);
}

// Whether --json in this command line means a report to write; tsctl report, for one, has no such flag.
bool takes_json(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return !chosen.empty() && chosen.front()->get_option_no_throw("--json") != nullptr;
}

ExitCode print_and_flush(const std::string& text, Context& context) {
  context.out << text;
  return flush_result(context);
}

ExitCode parse_and_run(const std::vector<std::string>& arguments, Context& context) {
  CLI::App app("From a PyTorch module to a verified, timed TorchScript file", "tsctl");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("tsctl ") + kVersion);
  app.footer("Run tsctl COMMAND --help for a command's flags.");
  app.get_formatter()->column_width(34);
  Action selected;
  for (const auto add : kCommands) add(app, selected);

  try {
    // CLI11 takes a vector from its end.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return print_and_flush(app.help(), context);
  } catch (const CLI::CallForVersion&) {
    return print_and_flush(app.version() + "\n", context);
  } catch (const PassListing&) {
    return print_and_flush(pass_listing_text(), context);
  } catch (const CLI::ParseError& error) {
    return report_usage_error(usage_error(app, error), takes_json(app), context);
  }
  if (const auto forgotten = missing_value(app))
    return report_usage_error(*forgotten, takes_json(app), context);
  return selected(context);
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, Context& context) {
  try {
    return parse_and_run(arguments, context);
  } catch (const std::exception& error) {
    return report_bug(error.what(), context);
  }
}

}  // namespace tsctl::cli
