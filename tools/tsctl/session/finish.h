#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "session/context.h"
#include "tsctl/core/reports.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

// Where a command's result goes.
struct ReportOptions {
  std::string json = {};  // a file, or "-" for stdout in place of the text
  std::string csv = {};
  std::string html = {};
  std::string markdown = {};
  std::vector<std::string> tags = {};  // KEY=VALUE
  bool no_host = false;
  bool quiet = false;
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

// The usage error of two flags that both ask for standard output.
std::optional<Error> standard_output_clash(const ReportOptions& options);

// Whether a flag asks for standard output, so that no text may be written there.
bool prints_document(const ReportOptions& options);

// Writes the report where the flags say. Throws Error.
void write_report_files(const Reports& reports, const ReportOptions& options, Context& context);

// Fills status and exit code, writes JSON, CSV, HTML and Markdown, prints the text. Returns the exit code, which becomes
// ExitCode::environment if something could not be written.
ExitCode finish_report(Report& report, ExitCode code, const ReportOptions& options,
                       Context& context);

// The report's record of an error in this phase.
ErrorInfo info_from(const Error& error, const std::string& phase);

// "tsctl: error: …", the detail, "tsctl: hint: …" on stderr.
void print_error(const ErrorInfo& error, Context& context);

// Prints the error of a command that writes no report. Returns its exit code.
ExitCode print_failure(const Error& error, Context& context);

// For a command line that could not be parsed: prints the error, and writes the report if the command has the flag
// --json and the line gives it.
ExitCode report_usage_error(const Error& error, bool takes_json, Context& context);

// For an exception that no handler expected.
ExitCode report_bug(const std::string& what, Context& context);

// Flushes stdout; ExitCode::environment with a message when that fails (a full disk, a closed pipe).
ExitCode flush_result(Context& context);

// The version of this tsctl for the report.
ToolInfo tool_info();

}  // namespace tsctl
