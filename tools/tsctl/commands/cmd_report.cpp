#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "options/option_groups.h"
#include "tsctl/files/file_io.h"
#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/csv.h"
#include "tsctl/report/html/html.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/json/schema.h"
#include "tsctl/report/text/report_text.h"
#include "tsctl/report/text/result_line.h"
#include "tsctl/report/text/style.h"

namespace tsctl {

namespace {

struct Flags {
  std::string file = {};
  std::string format = "text";
  bool verbose = false;
  bool schema = false;
};

std::string saved_report(const std::string& path) {
  try {
    return bytes_of_file(path);
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), "give a file that tsctl wrote with --json");
  }
}

std::string text_of(const Report& report, bool verbose, const Context& context) {
  const TextOptions options{
      .verbose = verbose, .width = context.out_width, .colour = context.out_colour};
  const std::string result = result_line(report);
  return text_from_report(report, options) +
         fmt::format("result     {}\n", options.colour ? result : plain(result)) +
         fmt::format("status     {} (exit {})\n", name_of(report.status), report.exit_code);
}

// A format of a report. Some formats need a bench in the report.
struct Format {
  const char* name;
  bool of_bench;
  std::string (*render)(const Report& report);
};

constexpr std::array kFormats{
    Format{"csv", false, &csv_from_report},
    Format{"json", false, &document_from_report},
    Format{"html", false, &html_from_report},
    Format{"google-benchmark", true, &google_benchmark_json},
    Format{"github-action", true, &github_action_json},
    Format{"pytorch", true, &pytorch_records_json},
};

std::vector<std::string> format_names() {
  std::vector<std::string> names{"text"};
  for (const Format& format : kFormats) names.emplace_back(format.name);
  return names;
}

ExitCode render(const Flags& flags, Context& context) {
  if (flags.schema) {
    context.out << report_schema();
    return flush_result(context);
  }
  if (flags.file.empty()) {
    throw Error(ErrorKind::usage, "tsctl report: FILE is required", "run tsctl report --help");
  }
  const std::string text = saved_report(flags.file);
  const Report report = report_from_document(text, flags.file);
  const auto* format = std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& known) {
    return known.name == flags.format;
  });
  if (format == kFormats.end()) {
    context.out << text_of(report, flags.verbose, context);
    const std::string verdict = context.out_colour ? good("OK") : "OK";
    context.out << fmt::format("{}  {}: shown above as text\n", verdict, flags.file);
    return flush_result(context);
  }
  if (format->of_bench && !report.bench) {
    throw Error(
        ErrorKind::usage,
        fmt::format("--format {} needs a bench, and '{}' has none", flags.format, flags.file),
        "give a report of tsctl bench or tsctl convert, or another --format");
  }
  context.out << format->render(report);
  return flush_result(context);
}

}  // namespace

void add_report(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "report", "Convert a saved report to text, HTML or the formats of other tools");
  auto flags = std::make_shared<Flags>();
  command->add_option("FILE", flags->file, "A report that --json wrote");
  command
      ->add_option("--format", flags->format,
                   "text, csv, json, html; with a bench also google-benchmark, github-action or "
                   "pytorch (default text)")
      ->check(CLI::IsMember(format_names()))
      ->type_name("FORMAT");
  command->add_flag("-v,--verbose", flags->verbose, "Print every comparison and every pass");
  command->add_flag("--schema", flags->schema, "Print the JSON Schema of a report");
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      try {
        return render(*flags, context);
      } catch (const Error& error) {
        return print_failure(error, context, flags->schema || flags->format != "text");
      }
    };
  });
}

}  // namespace tsctl
