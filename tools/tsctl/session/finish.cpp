#include "session/finish.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "session/report_formats.h"
#include "session/run_facts.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/files/output_file.h"
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

// The values of a flag in a command line that could not be parsed.
std::vector<std::string> values_of(const std::vector<std::string>& command,
                                   const std::string& flag) {
  std::vector<std::string> values;
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i].starts_with(flag + "=")) {
      values.push_back(command[i].substr(flag.size() + 1));
    } else if (command[i] == flag && i + 1 < command.size()) {
      const std::string& value = command[i + 1];
      if (value == "-" || !value.starts_with("-")) values.push_back(value);  // a flag is no value
    }
  }
  return values;
}

}  // namespace

std::optional<Error> standard_output_clash(const ReportOptions& options) {
  const char* first = nullptr;
  for (const ReportFile& file : kReportFiles) {
    if (options.*file.target != "-") continue;
    if (first != nullptr) {
      return Error(ErrorKind::usage,
                   fmt::format("{} - and {} - both ask for standard output", first, file.flag),
                   "write one of them to a file");
    }
    first = file.flag;
  }
  return std::nullopt;
}

bool prints_document(const ReportOptions& options) {
  return std::any_of(kReportFiles.begin(), kReportFiles.end(),
                     [&](const ReportFile& file) { return options.*file.target == "-"; });
}

void write_report_files(const Reports& reports, const ReportOptions& options, Context& context) {
  for (const ReportFile& file : kReportFiles) {
    const std::string& target = options.*file.target;
    if (target.empty()) continue;
    const std::string text = report_format(file.format).render(reports);
    if (target == "-") {
      context.out << text;
    } else {
      write_text_file(target, text, file.flag);
    }
  }
}

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
  const bool text_wanted = !options.quiet && !prints_document(options);
  if (text_wanted) {
    context.out << text_from_report(report,
                                    {.verbose = options.verbose, .sections = options.sections})
                << std::flush;
    if (!context.out) add_error(standard_output_error());
  }
  report.exit_code = static_cast<int>(code);
  report.status = status_of(code);
  try {
    write_report_files(report, options, context);
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
  const std::vector<std::string>& words = context.command;
  ReportOptions options{
      .tags = values_of(words, "--tag"),
      .no_host = std::find(words.begin(), words.end(), "--no-host") != words.end(),
      .quiet = true};
  if (takes_json) {
    const std::vector<std::string> files = values_of(words, "--json");
    if (!files.empty()) options.json = files.front();
  }
  Report report;
  describe_run(report, options);
  report.error = info_from(error, "usage");
  return finish_report(report, ExitCode::usage, options, context);
}

ExitCode report_bug(const std::string& what, Context& context) {
  print_error({.message = "a bug in tsctl: " + what,
               .hint = "please report it with the command line and the output of tsctl doctor"},
              context);
  return ExitCode::internal;
}

}  // namespace tsctl
