#include "session/finish.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "session/report_formats.h"
#include "session/run_facts.h"
#include "tsctl/core/base/build_info.h"
#include "tsctl/core/base/text.h"
#include "tsctl/files/output_file.h"
#include "tsctl/report/text/report_text.h"
#include "tsctl/report/text/result_line.h"
#include "tsctl/report/text/style.h"

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
    case ExitCode::closed_pipe:
      return ReportStatus::interrupted;
    default:
      return ReportStatus::error;
  }
}

// Why standard output could not be written. A pipe that its reader closed, such as head, is no failure.
ErrorInfo standard_output_error(const Context& context) {
  if (context.out_is_closed()) {
    return {.kind = ErrorKind::interrupted,
            .phase = "report",
            .message = "the reader of standard output closed it before the end"};
  }
  return {.kind = ErrorKind::environment,
          .phase = "report",
          .message = "the result cannot be written to standard output",
          .hint = "standard output is closed or a full disk; use --json FILE to keep the result"};
}

// The exit code if the report could not be written either.
ExitCode with_failure(ExitCode code, const ErrorInfo& error) {
  const bool outranks =
      code == ExitCode::interrupted || code == ExitCode::terminated || code == ExitCode::internal;
  if (outranks) return code;
  return error.kind == ErrorKind::interrupted ? ExitCode::closed_pipe : ExitCode::environment;
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

void print_result_line(const Report& report, bool has_document, bool quiet, Context& context) {
  if (!has_document || !quiet) print_result(result_line(report), has_document, context);
}

// What finish_report has to say besides the text.
class Ending {
 public:
  Ending(Report& report, ExitCode code) : report_(report), code_(code) {
    if (report.error) errors_.push_back(*report.error);
    record();
  }

  ExitCode code() const noexcept { return code_; }
  const std::vector<ErrorInfo>& errors() const noexcept { return errors_; }

  void add(const ErrorInfo& error) {
    code_ = with_failure(code_, error);
    if (!report_.error) report_.error = error;
    const bool said = std::ranges::any_of(
        errors_, [&](const ErrorInfo& other) { return other.message == error.message; });
    if (!said) errors_.push_back(error);
    record();
  }

 private:
  void record() {
    report_.exit_code = static_cast<int>(code_);
    report_.status = status_of(code_);
  }

  Report& report_;
  ExitCode code_;
  std::vector<ErrorInfo> errors_ = {};
};

bool says_nothing(const ErrorInfo& error, ExitCode code) {
  return code == ExitCode::closed_pipe && error.kind == ErrorKind::interrupted;
}

// The files say how the command ended, so they are written again when the last line could not be.
void record_lost_line(Ending& ending, const Report& report, const ReportOptions& options,
                      Context& context) {
  const ErrorInfo error = standard_output_error(context);
  ending.add(error);
  if (!says_nothing(error, ending.code())) print_error(error, options.verbose, context);
  try {
    write_report_files(report, options, context);
  } catch (const Error&) {
    // Nothing is left to say it with.
  }
}

}  // namespace

std::optional<Error> standard_output_clash(const ReportOptions& options) {
  const char* first = nullptr;
  for (const ReportFile& file : kReportFiles) {
    if (options.*file.target != "-") continue;
    if (first != nullptr) {
      return Error(ErrorKind::usage,
                   fmt::format("{} - and {} - both write to standard output", first, file.flag),
                   "write one of them to a file");
    }
    first = file.flag;
  }
  return std::nullopt;
}

bool prints_document(const ReportOptions& options) {
  return options.prints_other_document ||
         std::ranges::any_of(kReportFiles,
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

void print_result(const std::string& result, bool on_standard_error, Context& context) {
  const bool colour = on_standard_error ? context.err_colour : context.out_colour;
  const std::string text = printable(plain(result));
  (on_standard_error ? context.err : context.out)
      << (colour ? coloured_verdict(text) : text) << std::endl;
}

ToolInfo tool_info() { return {.version = kVersion, .built_for_torch = kBuiltForTorch}; }

ErrorInfo info_from(const Error& error, const std::string& phase) {
  return {.kind = error.kind(),
          .phase = phase,
          .message = error.what(),
          .hint = error.hint(),
          .detail = error.detail()};
}

ErrorInfo bug_info(const std::string& what, const std::string& phase) {
  return {.kind = ErrorKind::internal,
          .phase = phase,
          .message = "a bug in tsctl: " + what,
          .hint = "please report it with the command line and the output of tsctl doctor"};
}

void print_error(const ErrorInfo& error, bool verbose, Context& context) {
  const std::string label = context.err_colour ? bad("error") : "error";
  context.err << "tsctl: " << label << ": " << printable(error.message) << "\n";
  if (!error.detail.empty() && (verbose || !error.about_inputs)) {
    context.err << printable(error.detail);
    if (!error.detail.ends_with('\n')) context.err << "\n";
  }
  if (!error.hint.empty()) context.err << "tsctl: hint: " << printable(error.hint) << "\n";
  context.err.flush();
}

ExitCode print_failure(const Error& error, Context& context, bool prints_document) {
  Report report;
  report.error = info_from(error, "usage");
  report.exit_code = static_cast<int>(exit_code_from_kind(error.kind()));
  print_error(*report.error, false, context);
  print_result_line(report, prints_document, false, context);
  return exit_code_from_kind(error.kind());
}

ExitCode flush_result(Context& context) {
  context.out.flush();
  if (context.out) return ExitCode::ok;
  const ErrorInfo error = standard_output_error(context);
  const ExitCode code = with_failure(ExitCode::ok, error);
  if (!says_nothing(error, code)) print_error(error, false, context);
  return code;
}

ExitCode finish_report(Report& report, ExitCode code, const ReportOptions& options,
                       Context& context) {
  report.tool = tool_info();
  report.command = context.command;
  Ending ending(report, code);
  const auto check_output = [&] {
    context.out.flush();
    if (!context.out) ending.add(standard_output_error(context));
  };

  // The text is written first, so that the files record whether that succeeded.
  const bool has_document = prints_document(options);
  if (!options.quiet && !has_document) {
    const std::string text = text_from_report(report, {.verbose = options.verbose,
                                                       .sections = options.sections,
                                                       .width = context.out_width,
                                                       .colour = context.out_colour});
    context.out << (context.out_colour ? printable_with_colours(text) : printable(text));
    check_output();
  }
  try {
    write_report_files(report, options, context);
  } catch (const Error& error) {
    ending.add(info_from(error, "report"));
  }
  check_output();
  for (const ErrorInfo& error : ending.errors()) {
    if (!says_nothing(error, ending.code())) print_error(error, options.verbose, context);
  }
  if (!context.out) return ending.code();
  print_result_line(report, has_document, options.quiet, context);
  if (!context.out) record_lost_line(ending, report, options, context);
  return ending.code();
}

ExitCode report_usage_error(const Error& error, bool takes_json, Context& context) {
  const std::vector<std::string>& words = context.command;
  ReportOptions options{.tags = values_of(words, "--tag"),
                        .no_host = std::ranges::find(words, "--no-host") != words.end(),
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
  Report report;
  report.error = bug_info(what, "usage");
  return finish_report(report, ExitCode::internal, {.quiet = true}, context);
}

}  // namespace tsctl
