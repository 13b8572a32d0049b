#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "commands/history_actions.h"
#include "options/help_group.h"
#include "session/report_formats.h"

namespace tsctl {

namespace {

void add_filter_options(CLI::App& command, HistoryFlags& flags) {
  const HelpGroup group(command, "Nights");
  group.option("--model", "MODEL", flags.filter.model, "Only this model");
  group.option("--arm", "LABEL", flags.filter.arm, "Only the arm with this label");
  group.option("--since", "TIME", flags.filter.since,
               "Only nights from this time on (UTC): 2026-05-01 or 2026-05-01T02:00:00Z");
  group.option("--last", "N", flags.filter.last, "Only the last N nights of each series")
      ->check(CLI::Range(1, 1'000'000));
}

void add_check_options(CLI::App& command, HistoryFlags& flags) {
  const HelpGroup group(command, "Check");
  group.option("--margin", "FRACTION", flags.margin,
               "Ignore changes of the speedup up to this fraction (default 1%)");
  group.option("--detect", "FRACTION", flags.detect,
               "Undecided if two nights slower by this fraction would not be found (default 20%)");
}

// Without a FILE the result goes to standard output.
void add_document_option(CLI::App& command, const std::string& flag, std::string& target,
                         const std::string& what) {
  command
      .add_option_function<std::string>(
          flag, [&target](const std::string& file) { target = file.empty() ? "-" : file; },
          fmt::format("Write {} to FILE; without FILE, or with -, to standard output", what))
      ->group("Report")
      ->expected(0, 1)
      ->type_name("[FILE]");
}

void add_document_options(CLI::App& command, HistoryFlags& flags) {
  add_document_option(command, "--json", flags.documents.json, "the nights and the check as JSON");
  add_document_option(command, "--csv", flags.documents.csv, "a row for each night and arm");
  add_document_option(command, "--html", flags.documents.html, "a page with plots");
}

// A command below `history`: its flags, and what it does. One that `exports` writes a document to standard output.
CLI::App& add_part(CLI::App& history, Action& selected, const std::string& name,
                   const std::string& help, const std::shared_ptr<HistoryFlags>& flags,
                   ExitCode (*body)(const HistoryFlags&, Context&), bool exports = false) {
  CLI::App* part = history.add_subcommand(name, help);
  HelpGroup(*part, HelpGroup::kNoHeading)
      .option("--db", "FILE", flags->database,
              "The file of the history (default: TSCTL_HISTORY, then tsctl-history.db)");
  part->callback([flags, body, exports, &selected] {
    selected = [flags, body, exports](Context& context) {
      try {
        return body(*flags, context);
      } catch (const Error& error) {
        return print_failure(error, context, prints_document(flags->documents) || exports);
      }
    };
  });
  return *part;
}

std::vector<std::string> export_format_names() {
  std::vector<std::string> names;
  for (const ReportFormat& format : kReportFormats) names.emplace_back(format.name);
  return names;
}

}  // namespace

void add_history(CLI::App& app, Action& selected) {
  CLI::App* history = app.add_subcommand(
      "history", "Keep the reports of many nights and find the night of a regression");
  history->require_subcommand(1);
  const auto flags = std::make_shared<HistoryFlags>();

  CLI::App& add =
      add_part(*history, selected, "add", "Add reports to the history", flags, &history_add);
  add.add_option("REPORT", flags->reports,
                 "Reports of bench or convert that --json wrote; - for standard input")
      ->required();
  const HelpGroup add_group(add, HelpGroup::kNoHeading);
  add_group.option("--model", "MODEL", flags->model,
                   "The model's name (default: the one in the report)");
  add_group.flag("-q,--quiet", flags->quiet, "Print only errors and the result");

  CLI::App& show =
      add_part(*history, selected, "show", "Show the nights of each arm", flags, &history_show);
  add_filter_options(show, *flags);
  HelpGroup(show, HelpGroup::kNoHeading)
      .choice<HistoryMetric>("--metric", flags->metric,
                             "What to show: speedup or median (default speedup)");
  add_check_options(show, *flags);
  add_document_options(show, *flags);

  CLI::App& check =
      add_part(*history, selected, "check",
               "Find the night of a regression; exit 8 if there is one", flags, &history_check);
  add_filter_options(check, *flags);
  add_check_options(check, *flags);
  HelpGroup(check, "Check")
      .flag("--allow-undecided", flags->allow_undecided, "Exit 0 instead of 6");
  add_document_options(check, *flags);

  CLI::App& exports =
      add_part(*history, selected, "export", "Write the reports in a format of tsctl report", flags,
               &history_export, true);
  add_filter_options(exports, *flags);
  HelpGroup(exports, HelpGroup::kNoHeading)
      .option("--format", "FORMAT", flags->format,
              "json, csv, html, markdown, google-benchmark, github-action or pytorch (default csv)")
      ->check(CLI::IsMember(export_format_names()));
}

}  // namespace tsctl
