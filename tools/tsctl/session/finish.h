#pragma once

#include <optional>
#include <string>

#include "session/context.h"
#include "tsctl/core/report.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// Where a command's result goes.
struct ReportOptions {
  std::string json = {};  // a file, or "-" for stdout in place of the text
  std::string csv = {};
  std::string html = {};
  bool quiet = false;
  bool no_progress = false;
  bool verbose = false;
  InspectSections sections = {};  // of inspect
};

// Fills status and exit code, writes JSON, CSV and HTML, prints the text and, last, the result line: on standard output,
// or on standard error if standard output has JSON or CSV. Returns the exit code, which becomes ExitCode::environment if
// something could not be written, and ExitCode::closed_pipe if the reader of standard output is gone.
ExitCode finish_report(Report& report, ExitCode code, const ReportOptions& options,
                       Context& context);

// The report's record of an error in this phase.
ErrorInfo info_from(const Error& error, const std::string& phase);

// The record of an exception that no handler expected.
ErrorInfo bug_info(const std::string& what, const std::string& phase);

// "tsctl: error: …", the detail, "tsctl: hint: …" on stderr.
void print_error(const ErrorInfo& error, bool verbose, Context& context);

// Prints the error of a command that writes no report, and the result line, on standard error if standard output is for
// a document. Returns its exit code.
ExitCode print_failure(const Error& error, Context& context, bool prints_document);

// For a command line that could not be parsed: prints the error, and writes the report if the command has the flag
// --json and the line gives it.
ExitCode report_usage_error(const Error& error, bool takes_json, Context& context);

// For an exception that no handler expected.
ExitCode report_bug(const std::string& what, Context& context);

// Flushes stdout; ExitCode::environment with a message when that fails, as on a full disk, and ExitCode::closed_pipe
// without one when its reader is gone.
ExitCode flush_result(Context& context);

// The version of this tsctl for the report.
ToolInfo tool_info();

}  // namespace tsctl
