#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.h"
#include "commands/inspect_graphs.h"
#include "commands/inspect_lines.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/loaded_files.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/subject.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/finding_policy.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/report/export/sarif.h"

namespace tsctl {

namespace {

struct InspectFlags {
  std::string model = {};
  std::vector<std::string> files = {};  // the value of FILE
  bool lines = false;
  bool check_crc = false;
  bool graph = false;
  bool inlined_graph = false;
  bool executed = false;
  std::string method = "forward";
  std::string denied = {};  // the value of --deny-findings
  std::string policy = {};
  std::string sarif = {};
  GraphFiles graph_files = {};
  InputFlags inputs = {};
  RunOptions run = {};
  ReportOptions report = {};

  bool wants_graph() const noexcept { return graph || inlined_graph || executed; }
};

std::optional<Severity> denied_from(const std::string& flag) {
  if (flag.empty()) return std::nullopt;
  const auto severity = value_of<Severity>(flag);
  if (severity) return severity;
  throw Error(ErrorKind::usage,
              fmt::format("--deny-findings={}: the severity is not note, warning or error", flag),
              "write --deny-findings for warnings and errors, or --deny-findings=error");
}

void write_sarif(const InspectFlags& flags, const std::vector<FileFinding>& findings) {
  if (!flags.sarif.empty())
    write_text_file(flags.sarif, sarif_from_findings(flags.model, findings), "--sarif");
}

// A file that cannot be read is a finding too.
ModelSummary summary_for(const InspectFlags& flags, const std::vector<AllowedFinding>& allowed) {
  try {
    require_torchscript(flags.model, false);
    return inspect({.model_path = flags.model,
                    .check_crc = flags.check_crc,
                    .with_code = flags.report.sections.code,
                    .with_graphs = flags.graph_files.wanted() || !flags.report.html.empty(),
                    .allowed = allowed});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::input) {
      write_sarif(flags, {{.code = FindingCode::unusable_file,
                           .severity = Severity::error,
                           .text = error.what(),
                           .hint = error.hint()}});
    }
    throw;
  }
}

std::vector<AllowedFinding> allowed_by(const std::string& policy) {
  if (policy.empty()) return {};
  return policy_from_text(bytes_of_file(policy, "--policy"), policy);
}

void add_graph(CommandSession& session, const InspectFlags& flags, GraphKind kind,
               const std::string& inputs_tensors = {}) {
  session.report().graphs.push_back(session.jobs().graph({.model_path = flags.model,
                                                          .method = flags.method,
                                                          .kind = kind,
                                                          .inputs_tensors = inputs_tensors,
                                                          .device = session.options().device,
                                                          .settings = session.settings()}));
}

void add_executed_graph(CommandSession& session, const InspectFlags& flags) {
  const Subject subject{.text = flags.model, .manifest = read_manifest(flags.model)};
  const ModelInputs inputs = inputs_for({subject}, flags.inputs, "inspect --executed");
  const ScratchFile arguments = write_inputs(session, inputs, temporary_folder());
  add_graph(session, flags, GraphKind::executed, arguments.path());
}

// The graphs of the loaded file that the flags ask for.
void add_graphs(CommandSession& session, const InspectFlags& flags) {
  check_loaded_files(session, {flags.model});
  if (flags.graph) add_graph(session, flags, GraphKind::graph);
  if (flags.inlined_graph) add_graph(session, flags, GraphKind::inlined);
  if (flags.executed) add_executed_graph(session, flags);
}

std::vector<std::pair<std::string, std::string>> files_written(const InspectFlags& flags) {
  std::vector<std::pair<std::string, std::string>> files = flags.graph_files.written();
  files.emplace_back("--sarif", flags.sarif);
  return files;
}

ExitCode inspect_file(CommandSession& session, const InspectFlags& flags) {
  session.report().model.path = flags.model;
  const std::optional<Severity> denied = denied_from(flags.denied);
  require_fit(flags.graph_files, flags.report);
  check_before_start(session, {.read = {{FileUse::model, flags.model}},
                               .read_whole = false,
                               .others = files_written(flags)});
  ModelSummary summary = summary_for(flags, allowed_by(flags.policy));
  summary.denied_findings = denied_count(summary, denied);
  write_sarif(flags, summary.findings);
  write_graphs(session, summary, flags.method, flags.graph_files);
  if (flags.wants_graph()) add_graphs(session, flags);
  // The user asked for the graphs only, so the summary is left out.
  if (!flags.wants_graph() || !flags.report.json.empty()) session.report().inspect = summary;
  session.warn_all(summary.warnings);
  if (!summary.crc_ok.value_or(true)) {
    throw Error(ErrorKind::input,
                fmt::format("'{}' is damaged: a record's CRC-32 is wrong", flags.model),
                "fetch or write the file again; --json lists the records");
  }
  return summary.denied_findings > 0 ? ExitCode::check_failed : ExitCode::ok;
}

ExitCode inspect_files(CommandSession& session, const InspectFlags& given) {
  if (given.files.size() == 1) {
    InspectFlags flags = given;
    flags.model = given.files.front();
    return inspect_file(session, flags);
  }
  throw Error(ErrorKind::usage, "inspect takes one FILE",
              "--jsonl inspects several, with a line of JSON for each");
}

bool has_report_file(const ReportOptions& report) {
  return std::ranges::any_of(
      kReportFiles, [&](const ReportFile& file) { return !(report.*file.target).empty(); });
}

ExitCode print_lines(Context& context, const InspectFlags& flags) {
  if (flags.wants_graph() || flags.graph_files.wanted() || !flags.sarif.empty() ||
      has_report_file(flags.report)) {
    throw Error(ErrorKind::usage, "--jsonl cannot be combined with other outputs",
                "leave out --json, --csv, --html, --markdown, --sarif and the graphs");
  }
  const InspectOptions options{.check_crc = flags.check_crc,
                               .with_code = flags.report.sections.code,
                               .allowed = allowed_by(flags.policy)};
  return inspect_lines(context, flags.files, options, denied_from(flags.denied));
}

// The action of --jsonl. Only its failure is reported as that of other commands is.
Action lines_action(const std::shared_ptr<InspectFlags>& flags) {
  return [flags](Context& context) {
    try {
      return print_lines(context, *flags);
    } catch (const Error& error) {
      return run_reported(context, flags->report, flags->run,
                          [&](CommandSession&) -> ExitCode { throw Error(error); });
    }
  };
}

void add_section_options(CLI::App& command, InspectFlags& flags) {
  const HelpGroup sections(command, "Sections");
  InspectSections& shown = flags.report.sections;
  sections.flag("--code", shown.code, "Show its code");
  sections.flag("--ops", shown.ops, "Show how often each operator is called");
  sections.flag("--tensors", shown.tensors, "Show every parameter, buffer and constant");
  sections.flag("--records", shown.records, "Show every record of the archive");
  sections.flag("--check", flags.check_crc, "Check the CRC-32 of every record");
  sections.flag("--findings", shown.findings, "Show every finding, with its place and what to do");
  sections.flag("--jsonl", flags.lines,
                "Print a line of JSON for each FILE instead; exit 3 if one cannot be used");
}

void add_finding_options(CLI::App& command, InspectFlags& flags) {
  const HelpGroup findings(command, "Findings");
  findings.option_flag("--deny-findings{warning}", flags.denied,
                       "Exit 1 if there is a finding of this severity or a higher one: note, "
                       "warning (default) or error");
  findings.option("--policy", "FILE", flags.policy, "Allow the findings that this JSON file lists");
  findings.option("--sarif", "FILE", flags.sarif, "Write the findings as SARIF 2.1.0");
}

void add_graph_options(CLI::App& command, InspectFlags& flags) {
  const HelpGroup graphs(command, "Graphs");
  graphs.flag("--graph", flags.graph, "Show the method's graph (loads the file)");
  graphs.flag("--inlined-graph", flags.inlined_graph,
              "Show the method's graph with every call inlined (loads the file)");
  graphs.flag("--executed", flags.executed,
              "Show the graph that runs after warm-up (runs the file)");
  graphs.option("--dot", "FILE", flags.graph_files.dot,
                "Write the calls of the method, from its code, for Graphviz; - is standard output");
  graphs.option("--svg", "FILE", flags.graph_files.svg,
                "Write the same as SVG, with Graphviz's program dot");
  graphs.option("--model-explorer", "FILE", flags.graph_files.model_explorer,
                "Write the calls of all methods for Google's Model Explorer");
  graphs.option("--timings", "REPORT", flags.graph_files.timings,
                "Add the times from a report of bench --profile");
  graphs.option("--method", "NAME", flags.method,
                "The method whose graph is shown (default forward)");
}

}  // namespace

void add_inspect(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("inspect", "Show the contents of a TorchScript file without running it");
  auto flags = std::make_shared<InspectFlags>();
  command->add_option("FILE", flags->files, "The TorchScript file; several with --jsonl")
      ->required()
      ->type_name("");
  add_section_options(*command, *flags);
  add_finding_options(*command, *flags);
  add_graph_options(*command, *flags);
  add_input_options(*command, flags->inputs);
  add_run_options(*command, flags->run);
  add_inputs_python_option(*command, flags->run);
  add_report_options(*command, flags->report);
  command->callback([flags, &selected] {
    flags->report.prints_other_document = flags->graph_files.dot == "-";
    selected = flags->lines ? lines_action(flags) : session_action(flags, &inspect_files);
  });
}

}  // namespace tsctl
