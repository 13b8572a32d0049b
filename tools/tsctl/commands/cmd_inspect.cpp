#include <fmt/format.h>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/subject.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct Flags {
  std::string model = {};
  bool check_crc = false;
  bool graph = false;
  bool inlined_graph = false;
  bool executed = false;
  std::string method = "forward";
  InputFlags inputs = {};
  RunOptions run = {};
  ReportOptions report = {};

  bool wants_graph() const noexcept { return graph || inlined_graph || executed; }
};

void add_graph(CommandSession& session, const Flags& flags, GraphKind kind,
               const std::string& inputs) {
  GraphResult graph = session.jobs().graph({.model_path = flags.model,
                                            .method = flags.method,
                                            .kind = kind,
                                            .inputs_tensors = inputs,
                                            .device = session.options().device,
                                            .settings = session.settings()});
  session.report().graphs.push_back(std::move(graph));
}

ExitCode inspect_file(CommandSession& session, const Flags& flags) {
  session.report().model.path = flags.model;
  check_before_start(session, {.read = {{FileUse::model, flags.model}}, .read_whole = false});
  require_torchscript(flags.model, false);
  const ModelSummary summary = inspect({.model_path = flags.model,
                                        .check_crc = flags.check_crc,
                                        .with_code = flags.report.sections.code});
  if (flags.wants_graph()) {
    if (flags.graph) add_graph(session, flags, GraphKind::graph, {});
    if (flags.inlined_graph) add_graph(session, flags, GraphKind::inlined, {});
    if (flags.executed) {
      const Subject subject{.text = flags.model, .manifest = read_manifest(flags.model)};
      const ModelInputs inputs = inputs_for({subject}, flags.inputs, "inspect --executed");
      const ScratchFile arguments = write_inputs(session, inputs, temporary_folder());
      add_graph(session, flags, GraphKind::executed, arguments.path());
    }
  }
  // The user asked for the graphs only, so the summary is left out.
  if (!flags.wants_graph() || !flags.report.json.empty()) session.report().inspect = summary;
  for (const Warning& warning : summary.warnings) session.warn(warning);
  if (summary.crc_ok && !*summary.crc_ok) {
    throw Error(ErrorKind::input,
                fmt::format("'{}' is damaged: a record's CRC-32 is wrong", flags.model),
                "fetch or write the file again; --json lists the records");
  }
  return ExitCode::ok;
}

}  // namespace

void add_inspect(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("inspect", "Show the contents of a TorchScript file without running it");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "FILE", flags->model, "The TorchScript file");
  const HelpGroup sections(*command, "Sections");
  sections.flag("--code", flags->report.sections.code, "Show its code");
  sections.flag("--ops", flags->report.sections.ops, "Show how often each operator is called");
  sections.flag("--tensors", flags->report.sections.tensors,
                "Show every parameter, buffer and constant");
  sections.flag("--records", flags->report.sections.records, "Show every record of the archive");
  sections.flag("--check", flags->check_crc, "Check the CRC-32 of every record");
  const HelpGroup graphs(*command, "Graphs");
  graphs.flag("--graph", flags->graph, "Show the method's graph (loads the file)");
  graphs.flag("--inlined-graph", flags->inlined_graph,
              "Show the method's graph with every call inlined (loads the file)");
  graphs.flag("--executed", flags->executed,
              "Show the graph that runs after warm-up (runs the file)");
  graphs.option("--method", "NAME", flags->method,
                "The method whose graph is shown (default forward)");
  add_input_options(*command, flags->inputs);
  add_run_options(*command, flags->run);
  add_inputs_python_option(*command, flags->run);
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &inspect_file);
}

}  // namespace tsctl
