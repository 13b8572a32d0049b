#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "commands/history_actions.h"
#include "options/option_groups.h"
#include "session/report_formats.h"

namespace tsctl {

namespace {

using Flags = HistoryFlags;

void add_database_option(CLI::App& command, Flags& flags) {
  command
      .add_option("--db", flags.database,
                  "The file of the history (default: TSCTL_HISTORY, then tsctl-history.db)")
      ->type_name("FILE");
}

void add_filter_options(CLI::App& command, Flags& flags) {
  command.add_option("--model", flags.filter.model, "Only this model")
      ->group("Nights")
      ->type_name("MODEL");
  command.add_option("--arm", flags.filter.arm, "Only the arm with this label")
      ->group("Nights")
      ->type_name("LABEL");
  command
      .add_option("--since", flags.filter.since,
                  "Only nights from this time on (UTC): 2026-05-01 or 2026-05-01T02:00:00Z")
      ->group("Nights")
      ->type_name("TIME");
  command.add_option("--last", flags.filter.last, "Only the last N nights of each series")
      ->group("Nights")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
}

void add_check_options(CLI::App& command, Flags& flags) {
  command
      .add_option("--margin", flags.margin,
                  "Changes of the speedup within this do not count (default 1%)")
      ->group("Check")
      ->type_name("FRACTION");
  command
      .add_option(
          "--detect", flags.detect,
          "Undecided if two nights that are slower by this would not be found (default 20%)")
      ->group("Check")
      ->type_name("FRACTION");
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

void add_document_options(CLI::App& command, Flags& flags) {
  add_document_option(command, "--json", flags.documents.json, "the nights and the check as JSON");
  add_document_option(command, "--csv", flags.documents.csv, "a row for each night and arm");
  add_document_option(command, "--html", flags.documents.html, "a page with plots");
}

// A command below `history`: its flags, and what it does. One that `exports` writes a document to standard output.
CLI::App& add_part(CLI::App& history, Action& selected, const std::string& name,
                   const std::string& help, const std::shared_ptr<Flags>& flags,
                   ExitCode (*body)(const HistoryFlags&, Context&), bool exports = false) {
  CLI::App* part = history.add_subcommand(name, help);
  add_database_option(*part, *flags);
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

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const ReportFormat& format : kReportFormats) names.emplace_back(format.name);
  return names;
}

}  // namespace

void add_history(CLI::App& app, Action& selected) {
  CLI::App* history = app.add_subcommand(
      "history", "Keep the reports of many nights and find the night of a regression");
  history->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();

  CLI::App& add =
      add_part(*history, selected, "add", "Add reports to the history", flags, &history_add);
  add.add_option("REPORT", flags->reports,
                 "Reports of bench or convert that --json wrote; - for standard input")
      ->required();
  add.add_option("--model", flags->model, "The model's name (default: the one in the report)")
      ->type_name("MODEL");
  add.add_flag("-q,--quiet", flags->quiet, "Print only errors and the result");

  CLI::App& show =
      add_part(*history, selected, "show", "Show the nights of each arm", flags, &history_show);
  add_filter_options(show, *flags);
  add_choice<HistoryMetric>(show, "--metric", flags->metric,
                            "What to show: speedup or median (default speedup)");
  add_check_options(show, *flags);
  add_document_options(show, *flags);

  CLI::App& check =
      add_part(*history, selected, "check",
               "Find the night of a regression; exit 8 if there is one", flags, &history_check);
  add_filter_options(check, *flags);
  add_check_options(check, *flags);
  check.add_flag("--allow-undecided", flags->allow_undecided, "Exit 0 instead of 6")
      ->group("Check");
  add_document_options(check, *flags);

  CLI::App& exports =
      add_part(*history, selected, "export", "Write the reports in a format of tsctl report", flags,
               &history_export, true);
  add_filter_options(exports, *flags);
  exports
      .add_option("--format", flags->format,
                  "json, csv, html, markdown, google-benchmark, github-action or pytorch (default "
                  "csv)")
      ->check(CLI::IsMember(format_names()))
      ->type_name("FORMAT");
}

}  // namespace tsctl
