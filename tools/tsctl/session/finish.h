#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "session/context.h"
#include "tsctl/core/report.h"
#include "tsctl/core/reports.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// Where a command's result goes.
struct ReportOptions {
  std::string json = {};  // a file, or "-" for stdout in place of the text
  std::string csv = {};
  std::string html = {};
  std::string markdown = {};
  bool prints_other_document = false;  // the command itself writes standard output
  std::vector<std::string> tags = {};  // KEY=VALUE
  bool no_host = false;
  bool quiet = false;
  bool no_progress = false;
  bool verbose = false;
  InspectSections sections = {};  // of inspect
};

// A file that a flag writes the report to, in this format. "-" is standard output, in place of the text.
struct ReportFile {
  const char* flag;
  const char* format;
  std::string ReportOptions::*target;
};

inline constexpr std::array kReportFiles{
    ReportFile{"--json", "json", &ReportOptions::json},
    ReportFile{"--csv", "csv", &ReportOptions::csv},
    ReportFile{"--html", "html", &ReportOptions::html},
    ReportFile{"--markdown", "markdown", &ReportOptions::markdown},
};

// The usage error of two flags that both write to standard output.
std::optional<Error> standard_output_clash(const ReportOptions& options);

// Whether a flag asks for standard output, so that no text may be written there.
bool prints_document(const ReportOptions& options);

// Writes the report where the flags say. Throws Error.
void write_report_files(const Reports& reports, const ReportOptions& options, Context& context);

// Fills status and exit code, writes the files that the flags name, prints the text and, last, the result line: on
// standard output, or on standard error if standard output has a document. Returns the exit code, which becomes
// ExitCode::environment if something could not be written, and ExitCode::closed_pipe if the reader of standard output is
// gone.
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

// Prints the result line of a command, which begins with its verdict, and flushes the stream.
void print_result(const std::string& result, bool on_standard_error, Context& context);

// The version of this tsctl for the report.
ToolInfo tool_info();

}  // namespace tsctl
