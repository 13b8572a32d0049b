#include "finish.h"

#include "tsctl/report/csv.h"
#include "tsctl/report/document.h"
#include "tsctl/report/report_text.h"
#include "tsctl/worker/build_info.h"
#include "tsctl/worker/files.h"

namespace tsctl {

namespace {

std::string status_of(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return "pass";
    case ExitCode::check_failed:
      return "check_failed";
    case ExitCode::inconclusive:
      return "inconclusive";
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return "interrupted";
    default:
      return "error";
  }
}

ErrorInfo info_from(const Error& error, const std::string& phase) {
  return {.kind = std::string(name_from_kind(error.kind())),
          .phase = phase,
          .message = error.what(),
          .hint = error.hint(),
          .detail = error.detail()};
}

// The value of --json in a command line that could not be parsed; "" if it is not there.
std::string json_target(const std::vector<std::string>& command) {
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i] == "--json" && i + 1 < command.size()) return command[i + 1];
    if (command[i].starts_with("--json=")) return command[i].substr(7);
  }
  return {};
}

// Writes JSON and CSV where they were asked for. Throws Error.
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
}

}  // namespace

ToolInfo tool_info() { return {.version = kVersion, .built_for_torch = kBuiltForTorch}; }

void print_error(const ErrorInfo& error, Context& context) {
  context.err << "tsctl: error: " << error.message << "\n";
  if (!error.detail.empty()) {
    context.err << error.detail;
    if (!error.detail.ends_with('\n')) context.err << "\n";
  }
  if (!error.hint.empty()) context.err << "tsctl: hint: " << error.hint << "\n";
  context.err.flush();
}

ExitCode flush_result(Context& context) {
  context.out.flush();
  if (context.out) return ExitCode::ok;
  print_error({.message = "the result cannot be written to standard output",
               .hint = "standard output is a full disk or a closed pipe; use --json FILE to keep the result"},
              context);
  return ExitCode::environment;
}

ExitCode finish_report(Report& report, ExitCode code, const ReportOptions& options, Context& context) {
  report.tool = tool_info();
  report.command = context.command;
  report.exit_code = static_cast<int>(code);
  report.status = status_of(code);
  const bool text_wanted = !options.quiet && options.json != "-" && options.csv != "-";
  if (text_wanted) {
    context.out << text_from_report(report, {.verbose = options.verbose, .sections = options.sections});
    if (!options.json.empty()) context.out << "report     " << options.json << "\n";
  }
  if (report.error) print_error(*report.error, context);
  try {
    write_files(report, options, context);
  } catch (const Error& error) {
    print_error(info_from(error, "report"), context);
    if (code == ExitCode::ok || code == ExitCode::check_failed) code = ExitCode::environment;
  }
  const ExitCode flushed = flush_result(context);
  return code == ExitCode::ok ? flushed : code;
}

ExitCode report_usage_error(const Error& error, Context& context) {
  Report report;
  report.error = info_from(error, "usage");
  return finish_report(report, ExitCode::usage, {.json = json_target(context.command), .quiet = true}, context);
}

ExitCode report_bug(const std::string& what, Context& context) {
  print_error({.message = "a bug in tsctl: " + what,
               .hint = "please report it with the command line and the output of tsctl doctor"},
              context);
  return ExitCode::internal;
}

}  // namespace tsctl
