#include "commands.h"
#include "option_groups.h"
#include "tsctl/report/csv.h"
#include "tsctl/report/document.h"
#include "tsctl/report/report_text.h"
#include "tsctl/worker/files.h"

namespace tsctl {

namespace {

struct Flags {
  std::string file = {};
  std::string format = "text";
  bool verbose = false;
};

std::string saved_report(const std::string& path) {
  try {
    return bytes_of_file(path);
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), "give a file that tsctl wrote with --json");
  }
}

ExitCode render(const Flags& flags, Context& context) {
  const std::string text = saved_report(flags.file);
  const Report report = report_from_document(text, flags.file);
  if (flags.format == "csv") {
    context.out << csv_from_report(report);
  } else if (flags.format == "json") {
    context.out << document_from_report(report);
  } else {
    context.out << text_from_report(report, {.verbose = flags.verbose});
    if (report.error) context.out << "error      " << report.error->message << "\n";
    context.out << "status     " << report.status << " (exit " << report.exit_code << ")\n";
  }
  return flush_result(context);
}

}  // namespace

void add_report(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("report", "Render a saved report again, as text, CSV or JSON");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "FILE", flags->file, "A report that --json wrote");
  command->add_option("--format", flags->format, "text, csv or json (default text)")
      ->check(CLI::IsMember(std::vector<std::string>{"text", "csv", "json"}))
      ->type_name("FORMAT");
  command->add_flag("-v,--verbose", flags->verbose, "Print every comparison and every pass");
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      try {
        return render(*flags, context);
      } catch (const Error& error) {
        print_error({.message = error.what(), .hint = error.hint(), .detail = error.detail()},
                    context);
        return exit_code_from_kind(error.kind());
      }
    };
  });
}

}  // namespace tsctl
