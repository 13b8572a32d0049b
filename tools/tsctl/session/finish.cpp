#include "session/finish.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "tsctl/core/base/build_info.h"
#include "tsctl/files/output_file.h"
#include "tsctl/report/export/csv.h"
#include "tsctl/report/html/html.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/text/report_text.h"

namespace tsctl {

namespace {

ReportStatus status_of(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return ReportStatus::pass;
    case ExitCode::check_failed:
      return ReportStatus::check_failed;
    case ExitCode::gate_failed:
      return ReportStatus::gate_failed;
    case ExitCode::undecided:
      return ReportStatus::inconclusive;
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return ReportStatus::interrupted;
    default:
      return ReportStatus::error;
  }
}

ErrorInfo standard_output_error() {
  return {
      .kind = ErrorKind::environment,
      .phase = "report",
      .message = "the result cannot be written to standard output",
      .hint =
          "standard output is a full disk or a closed pipe; use --json FILE to keep the result"};
}

// The exit code if the environment fails as well.
ExitCode with_environment_failure(ExitCode code) {
  const bool outranks =
      code == ExitCode::interrupted || code == ExitCode::terminated || code == ExitCode::internal;
  return outranks ? code : ExitCode::environment;
}

// The value of --json in a command line that could not be parsed; "" if it is not there.
std::string json_target(const std::vector<std::string>& command) {
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i] == "--json" && i + 1 < command.size()) {
      const std::string& value = command[i + 1];
      return value == "-" || !value.starts_with("-") ? value
                                                     : std::string();  // a flag is not a file
    }
    if (command[i].starts_with("--json=")) return command[i].substr(7);
  }
  return {};
}

// Writes JSON, CSV and HTML where they were asked for. Throws Error.
void write_files(const Report& report, const ReportOptions& options, Context& context) {
  if (options.json == "-") {
    context.out << document_from_report(report);
  } else if (!options.json.empty()) {
    write_text_file(options.json, document_from_report(report), "--json");
  }
  if (options.csv == "-") {
    context.out << csv_from_report(report);
  } else if (!options.csv.empty()) {
    write_text_file(options.csv, csv_from_report(report), "--csv");
  }
  if (!options.html.empty()) write_text_file(options.html, html_from_report(report), "--html");
}

}  // namespace

ToolInfo tool_info() { return {.version = kVersion, .built_for_torch = kBuiltForTorch}; }

ErrorInfo info_from(const Error& error, const std::string& phase) {
  return {.kind = error.kind(),
          .phase = phase,
          .message = error.what(),
          .hint = error.hint(),
          .detail = error.detail()};
}

void print_error(const ErrorInfo& error, Context& context) {
  context.err << "tsctl: error: " << error.message << "\n";
  if (!error.detail.empty()) {
    context.err << error.detail;
    if (!error.detail.ends_with('\n')) context.err << "\n";
  }
  if (!error.hint.empty()) context.err << "tsctl: hint: " << error.hint << "\n";
  context.err.flush();
}

ExitCode print_failure(const Error& error, Context& context) {
  print_error({.message = error.what(), .hint = error.hint(), .detail = error.detail()}, context);
  return exit_code_from_kind(error.kind());
}

ExitCode flush_result(Context& context) {
  context.out.flush();
  if (context.out) return ExitCode::ok;
  print_error(standard_output_error(), context);
  return ExitCode::environment;
}

ExitCode finish_report(Report& report, ExitCode code, const ReportOptions& options,
                       Context& context) {
  report.tool = tool_info();
  report.command = context.command;
  std::vector<ErrorInfo> errors;
  if (report.error) errors.push_back(*report.error);
  const auto add_error = [&](const ErrorInfo& error) {
    code = with_environment_failure(code);
    if (!report.error) report.error = error;
    const bool said = std::any_of(errors.begin(), errors.end(), [&](const ErrorInfo& other) {
      return other.message == error.message;
    });
    if (!said) errors.push_back(error);
  };

  // The text is written first, so that the files record whether that succeeded.
  const bool text_wanted = !options.quiet && options.json != "-" && options.csv != "-";
  if (text_wanted) {
    context.out << text_from_report(report,
                                    {.verbose = options.verbose, .sections = options.sections})
                << std::flush;
    if (!context.out) add_error(standard_output_error());
  }
  report.exit_code = static_cast<int>(code);
  report.status = status_of(code);
  try {
    write_files(report, options, context);
    if (text_wanted && !options.json.empty()) context.out << "report     " << options.json << "\n";
  } catch (const Error& error) {
    add_error(info_from(error, "report"));
  }
  context.out.flush();
  if (!context.out) add_error(standard_output_error());
  for (const ErrorInfo& error : errors) print_error(error, context);
  return code;
}

ExitCode report_usage_error(const Error& error, bool takes_json, Context& context) {
  Report report;
  report.error = info_from(error, "usage");
  return finish_report(
      report, ExitCode::usage,
      {.json = takes_json ? json_target(context.command) : std::string(), .quiet = true}, context);
}

ExitCode report_bug(const std::string& what, Context& context) {
  print_error({.message = "a bug in tsctl: " + what,
               .hint = "please report it with the command line and the output of tsctl doctor"},
              context);
  return ExitCode::internal;
}

}  // namespace tsctl
