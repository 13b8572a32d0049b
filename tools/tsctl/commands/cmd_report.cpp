#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "options/option_groups.h"
#include "session/report_formats.h"
#include "session/report_input.h"
#include "steps/preflight.h"
#include "tsctl/core/base/text.h"
#include "tsctl/files/output_file.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/json/schema.h"
#include "tsctl/report/text/report_text.h"
#include "tsctl/report/text/result_line.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr const char* kText = "text";

struct ReportFlags {
  std::vector<std::string> files = {};
  std::string format = kText;
  bool schema = false;
  ReportOptions report = {};
};

// The reports of all files in order, and for each the name of its file.
struct SavedReports {
  std::vector<Report> reports = {};
  std::vector<std::string> names = {};
};

SavedReports read_reports(const std::vector<std::string>& files) {
  SavedReports saved;
  for (const std::string& file : files) {
    const ReportInput input = read_report_input(file);
    for (Report& report : reports_from_documents(input.text, input.name)) {
      saved.reports.push_back(std::move(report));
      saved.names.push_back(input.name);
    }
  }
  return saved;
}

std::string text_of(const Report& report, bool verbose, const Context& context) {
  const TextOptions options{
      .verbose = verbose, .width = context.out_width, .colour = context.out_colour};
  const std::string result = result_line(report);
  return text_from_report(report, options) +
         fmt::format("result     {}\n", options.colour ? result : plain(result)) +
         fmt::format("status     {} (exit {})\n", name_of(report.status), report.exit_code);
}

std::string text_of(const SavedReports& saved, bool verbose, const Context& context) {
  if (saved.reports.size() == 1) return text_of(saved.reports.front(), verbose, context);
  std::string text;
  for (std::size_t i = 0; i < saved.reports.size(); ++i) {
    text += fmt::format("{}==> {} <==\n{}", i > 0 ? "\n" : "", saved.names[i],
                        text_of(saved.reports[i], verbose, context));
  }
  return text;
}

std::vector<std::string> report_format_names() {
  std::vector<std::string> names{kText};
  for (const ReportFormat& format : kReportFormats) names.emplace_back(format.name);
  return names;
}

void require_fit(const ReportFormat& format, const SavedReports& saved) {
  for (std::size_t i = 0; format.of_bench && i < saved.reports.size(); ++i) {
    if (saved.reports[i].bench) continue;
    throw Error(
        ErrorKind::usage,
        fmt::format("--format {} needs a bench, and '{}' has none", format.name, saved.names[i]),
        "give a report of tsctl bench or tsctl convert, or another --format");
  }
  require_room(format, saved.reports.size(), "give one report at a time, or another --format");
}

// Checks everything that can be checked before anything is read or written.
void require_usable(const ReportFlags& flags) {
  if (flags.files.empty())
    throw Error(ErrorKind::usage, "tsctl report: FILE is required", "run tsctl report --help");
  if (const auto clash = standard_output_clash(flags.report)) throw *clash;
  if (flags.format != kText && prints_document(flags.report)) {
    throw Error(
        ErrorKind::usage,
        fmt::format("--format {} and a flag with - both write to standard output", flags.format),
        "write one of them to a file");
  }
  std::vector<ReadFile> read;
  for (const std::string& file : flags.files) read.push_back({.path = file});
  const auto written = files_of(flags.report);
  for (const auto& [flag, path] : written) require_writable_target(path, flag);
  require_distinct_files(written, read, false);
}

bool prints_document(const ReportFlags& flags) {
  return flags.schema || flags.format != kText || prints_document(flags.report);
}

bool has_failed(const Report& report) {
  const auto code = static_cast<ExitCode>(report.exit_code);
  return code != ExitCode::ok && code != ExitCode::undecided;
}

// "OK  2 reports: shown as text, written to mlp.html, 1 of them failed"
void print_outcome(const ReportFlags& flags, const SavedReports& saved, Context& context) {
  const std::size_t count = saved.reports.size();
  std::vector<std::string> facts;
  if (!flags.report.quiet) facts.emplace_back("shown as text");
  std::vector<std::string> written;
  for (const auto& file : files_of(flags.report)) written.push_back(file.second);
  if (!written.empty()) facts.push_back("written to " + joined(written, ", "));
  if (facts.empty()) facts.emplace_back("can be read");
  if (const auto failed = std::ranges::count_if(saved.reports, has_failed); failed > 0)
    facts.push_back(count == 1 ? "its command failed" : fmt::format("{} of them failed", failed));
  print_result(
      fmt::format("OK  {}: {}", count == 1 ? saved.names.front() : fmt::format("{} reports", count),
                  joined(facts, ", ")),
      false, context);
}

ExitCode render(const ReportFlags& flags, Context& context) {
  if (flags.schema) {
    context.out << report_schema();
    return flush_result(context);
  }
  require_usable(flags);
  const SavedReports saved = read_reports(flags.files);
  if (flags.format != kText) {
    const ReportFormat& format = report_format(flags.format);
    require_fit(format, saved);
    context.out << format.render(saved.reports);
  } else if (!flags.report.quiet && !prints_document(flags)) {
    const std::string text = text_of(saved, flags.report.verbose, context);
    context.out << (context.out_colour ? printable_with_colours(text) : printable(text));
  }
  write_report_files(saved.reports, flags.report, context);
  // A document is the whole output, so the result line would spoil it.
  if (!prints_document(flags)) print_outcome(flags, saved, context);
  return flush_result(context);
}

}  // namespace

void add_report(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "report", "Convert saved reports to text, HTML, Markdown or the formats of other tools");
  auto flags = std::make_shared<ReportFlags>();
  command->add_option("FILE", flags->files, "Reports that --json wrote; - for standard input");
  command
      ->add_option("--format", flags->format,
                   "What to print: text, json, csv, html, markdown; with a bench also "
                   "google-benchmark, github-action or pytorch (default text)")
      ->check(CLI::IsMember(report_format_names()))
      ->type_name("FORMAT");
  command->add_flag("--schema", flags->schema, "Print the JSON Schema of a report");
  add_report_files(*command, flags->report);
  add_volume_options(*command, flags->report);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      try {
        return render(*flags, context);
      } catch (const Error& error) {
        return print_failure(error, context, prints_document(*flags));
      }
    };
  });
}

}  // namespace tsctl
