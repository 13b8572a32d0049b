#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/capture_step.h"
#include "steps/preflight.h"
#include "steps/problem_catalogue.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct ExplainFlags : CaptureFlags {
  std::string problem = {};
  bool list_problems = false;
};

// Prints one entry of the catalogue, or the list if no name is given.
ExitCode print_problems(const std::string& name, Context& context) {
  try {
    const auto problems = read_problems(installation_of_this_process().problem_pages);
    context.out << (name.empty() ? problem_list_text(problems)
                                 : problem_named(problems, name).text);
    return flush_result(context);
  } catch (const Error& error) {
    return print_failure(error, context, true);
  }
}

// --problem and --list-problems take no SOURCE and write no report.
void add_problem_options(CLI::App& command, ExplainFlags& flags) {
  const HelpGroup group(command, "Problems");
  CLI::Option* problem = group.option("--problem", "NAME", flags.problem,
                                      "Print the description of this problem and exit");
  CLI::Option* list = group.flag("--list-problems", flags.list_problems,
                                 "List the problems that --problem explains and exit");
  list->excludes(problem);
  for (CLI::Option* option : {problem, list}) {
    option->excludes(command.get_option("SOURCE"));
    for (const ReportFile& file : kReportFiles) option->excludes(command.get_option(file.flag));
  }
}

ExitCode explain(CommandSession& session, const ExplainFlags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  session.report().model.path = plan.source.text;
  record_inputs(session.report(), plan.inputs);
  check_before_start(session, {.read = files_of(plan.source, plan.inputs)});
  // Some modules can be captured but not saved: only writing a file shows that, so write a scratch file.
  const ScratchFile model(temporary_folder());
  const ScratchFile tensors(temporary_folder());
  session.name_file(model.path(), "the scratch file in " + temporary_folder().string());
  session.name_file(tensors.path(), "the scratch file in " + temporary_folder().string());
  const CaptureResult capture = capture_step(session, plan, model.path(), tensors.path());
  require_captured(capture);
  if (capture.status == CaptureStatus::captured) return ExitCode::ok;
  record_not_general(session, capture);
  return ExitCode::check_failed;
}

}  // namespace

void add_explain(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "explain",
      "Report how a model would be captured and what would not be general; write no file");
  auto flags = std::make_shared<ExplainFlags>();
  flags->fixed_sizes = FixedSizes::guard;
  add_capture_options(*command, *flags);
  add_mode_option(*command, *flags);
  add_trace_submodule_option(*command, *flags);
  add_script_submodule_option(*command, *flags);
  command->get_option("SOURCE")->required(false);
  add_problem_options(*command, *flags);
  command->callback([flags, &selected] {
    if (flags->list_problems || !flags->problem.empty()) {
      selected = [flags](Context& context) { return print_problems(flags->problem, context); };
      return;
    }
    if (flags->source.empty()) throw CLI::RequiredError("SOURCE");
    selected = session_action(flags, &explain);
  });
}

}  // namespace tsctl
