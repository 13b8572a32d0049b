#include "cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <new>

#include "commands/commands.h"
#include "options/help_text.h"
#include "options/pass_listing.h"
#include "session/finish.h"
#include "tsctl/core/base/system_limit.h"
#include "usage_error.h"
#include "version_text.h"

namespace tsctl::cli {

namespace {

// The one list of commands, in the order in which help shows them.
constexpr std::array kCommands{&add_convert,  &add_explain, &add_trace, &add_script,  &add_freeze,
                               &add_optimize, &add_verify,  &add_bench, &add_inspect, &add_diff,
                               &add_run,      &add_sign,    &add_check, &add_doctor,  &add_report,
                               &add_history,  &add_help};

// Whether the chosen command makes a report, which has tags, and --json says where. For `tsctl report` --json is only
// another format, so a command line that it refuses must not write there.
bool makes_report(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return !commands.empty() && commands.front()->get_option_no_throw("--tag") != nullptr;
}

// Flags may stand before the command too: `tsctl -q doctor` means `tsctl doctor -q`.
std::vector<std::string> with_command_first(std::vector<std::string> arguments,
                                            const CLI::App& app) {
  if (arguments.empty() || !arguments.front().starts_with("-")) return arguments;
  const auto command = std::ranges::find_if(
      arguments, [&](const std::string& word) { return command_named(app, word) != nullptr; });
  if (command != arguments.end()) std::rotate(arguments.begin(), command, command + 1);
  return arguments;
}

ExitCode print_and_flush(const std::string& text, Context& context) {
  context.out << text;
  return flush_result(context);
}

ExitCode parse_and_run(const std::vector<std::string>& arguments, Context& context) {
  CLI::App app("Turn a PyTorch module into a verified and timed TorchScript file", "tsctl");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", version_text(), "Print the versions and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  Action selected;
  for (const auto add : kCommands) add(app, selected);

  try {
    // CLI11 expects the arguments in reverse order.
    const std::vector<std::string> ordered = with_command_first(arguments, app);
    app.parse(std::vector<std::string>(ordered.rbegin(), ordered.rend()));
  } catch (const CLI::CallForHelp&) {
    return print_and_flush(help_text(chosen_command(app)), context);
  } catch (const CLI::CallForVersion&) {
    return print_and_flush(version_text(), context);
  } catch (const PassListing&) {
    return print_and_flush(pass_listing_text(), context);
  } catch (const CLI::ParseError& error) {
    return report_usage_error(usage_error(app, error), makes_report(app), context);
  }
  if (const auto missing = missing_value(app))
    return report_usage_error(*missing, makes_report(app), context);
  return selected(context);
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, Context& context) {
  try {
    return parse_and_run(arguments, context);
  } catch (const std::bad_alloc&) {
    return print_failure(
        Error(ErrorKind::environment, "there is not enough memory for this command", kMoreMemory),
        context, false);
  } catch (const std::exception& error) {
    return report_bug(error.what(), context);
  }
}

}  // namespace tsctl::cli
