#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/option_groups.h"
#include "steps/preflight.h"
#include "tsctl/archive/diff.h"
#include "tsctl/archive/file_kind.h"

namespace tsctl {

namespace {

struct DiffFlags {
  DiffOptions options = {};
  std::vector<std::string> ignore = {};
  RunOptions run = {};  // set by no flag
  ReportOptions report = {};
};

// "debug,names" and --ignore debug --ignore names are the same.
std::vector<IgnoreKind> ignored_by(const std::vector<std::string>& flags) {
  std::vector<IgnoreKind> kinds;
  for (const std::string& flag : flags) {
    for (const std::string& name : CLI::detail::split(flag, ',')) {
      const auto kind = value_of<IgnoreKind>(name);
      if (!kind) {
        throw Error(ErrorKind::usage, fmt::format("--ignore {}: '{}' is no kind", flag, name),
                    fmt::format("the kinds are {}", fmt::join(name_list<IgnoreKind>(), ", ")));
      }
      kinds.push_back(*kind);
    }
  }
  return kinds;
}

ExitCode diff_files(CommandSession& session, const DiffFlags& flags) {
  session.report().model.path = flags.options.path_a;
  DiffOptions options = flags.options;
  options.ignore = ignored_by(flags.ignore);
  check_before_start(session, {.read = {{FileUse::model, flags.options.path_a},
                                        {FileUse::model, flags.options.path_b}},
                               .read_whole = false});
  require_torchscript(flags.options.path_a, false);
  require_torchscript(flags.options.path_b, false);
  const DiffResult& result = session.report().diff.emplace(diff(options));
  session.warn_all(result.warnings);
  return result.same ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_diff(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand("diff", "Show how two TorchScript files differ");
  auto flags = std::make_shared<DiffFlags>();
  add_positional(*command, "A.pt", flags->options.path_a, "The first TorchScript file");
  add_positional(*command, "B.pt", flags->options.path_b, "The second TorchScript file");
  add_repeatable(*command, "--ignore", flags->ignore,
                 "Leave kinds of differences out, separated by commas: " +
                     fmt::format("{}", fmt::join(name_list<IgnoreKind>(), ", ")))
      ->type_name("KIND");
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &diff_files);
}

}  // namespace tsctl
