#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/option_groups.h"
#include "steps/preflight.h"
#include "tsctl/archive/diff.h"
#include "tsctl/archive/file_kind.h"

namespace tsctl {

namespace {

struct Flags {
  DiffOptions options = {};
  RunOptions run = {};  // set by no flag
  ReportOptions report = {};
};

ExitCode diff_files(CommandSession& session, const Flags& flags) {
  session.report().model.path = flags.options.path_a;
  check_before_start(session, {.read = {{FileUse::model, flags.options.path_a},
                                        {FileUse::model, flags.options.path_b}},
                               .read_whole = false});
  require_torchscript(flags.options.path_a, false);
  require_torchscript(flags.options.path_b, false);
  const DiffResult& result = session.report().diff.emplace(diff(flags.options));
  session.warn_all(result.warnings);
  return result.same ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_diff(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand("diff", "Show how two TorchScript files differ");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "A.pt", flags->options.path_a, "The first TorchScript file");
  add_positional(*command, "B.pt", flags->options.path_b, "The second TorchScript file");
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &diff_files);
}

}  // namespace tsctl
