#include "commands/commands.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/subject.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/executor.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct Flags {
  InspectOptions options = {};
  InspectSections sections = {};
  bool graph = false;
  bool inlined_graph = false;
  bool executed = false;
  std::string method = "forward";
  InputFlags inputs = {};
  RunOptions run = {};
  ReportOptions report = {};
  Executor executor = Executor::standard;

  bool wants_graph() const noexcept { return graph || inlined_graph || executed; }
};

void add_graph(Run& run, const Flags& flags, const std::string& kind, const std::string& inputs) {
  GraphResult graph = run.jobs().graph({.model_path = flags.options.model_path,
                                        .method = flags.method,
                                        .kind = kind,
                                        .inputs_tensors = inputs,
                                        .device = run.options().device,
                                        .threads = run.threads(),
                                        .executor = flags.executor});
  run.report().graphs.push_back(std::move(graph));
}

ExitCode inspect_file(Run& run, const Flags& flags) {
  run.report().model.path = flags.options.model_path;
  check_before_start(run, {}, {flags.options.model_path});
  require_torchscript(flags.options.model_path, false);
  const ModelSummary summary = inspect(flags.options);
  run.report().model.size_bytes = summary.size_bytes;
  if (flags.wants_graph()) {
    if (flags.graph) add_graph(run, flags, "graph", {});
    if (flags.inlined_graph) add_graph(run, flags, "inlined", {});
    if (flags.executed) {
      const Subject subject{.text = flags.options.model_path,
                            .manifest = read_manifest(flags.options.model_path)};
      const ModelInputs inputs = inputs_for({subject}, flags.inputs, "inspect --executed");
      const ScratchFile arguments = write_inputs(run, inputs, temporary_folder());
      add_graph(run, flags, "executed", arguments.path());
    }
  }
  // The graphs are what was asked for; the summary would only be in their way.
  if (!flags.wants_graph() || !flags.report.json.empty()) run.report().inspect = summary;
  for (const Warning& warning : summary.warnings) run.warn(warning);
  if (summary.crc_ok && !*summary.crc_ok) {
    throw Error(ErrorKind::input,
                "'" + flags.options.model_path + "' is damaged: a record's CRC-32 is wrong",
                "fetch or write the file again; --json lists the records");
  }
  return ExitCode::ok;
}

}  // namespace

void add_inspect(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("inspect", "Show what a TorchScript file holds, without running it");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "FILE", flags->options.model_path, "The TorchScript file");
  command->add_flag("--code", flags->options.with_code, "Show its code")->group("Sections");
  command->add_flag("--ops", flags->sections.ops, "Show how often each operator is called")
      ->group("Sections");
  command
      ->add_flag("--tensors", flags->sections.tensors, "Show every parameter, buffer and constant")
      ->group("Sections");
  command->add_flag("--records", flags->sections.records, "Show every record of the archive")
      ->group("Sections");
  command->add_flag("--check", flags->options.check_crc, "Check the CRC-32 of every record")
      ->group("Sections");
  command->add_flag("--graph", flags->graph, "Show the method's graph (loads the file)")
      ->group("Graphs");
  command->add_flag("--inlined-graph", flags->inlined_graph, "The same with every call inlined")
      ->group("Graphs");
  command
      ->add_flag("--executed", flags->executed,
                 "The graph that really runs after warm-up (runs the file)")
      ->group("Graphs");
  command
      ->add_option("--method", flags->method, "The method whose graph is shown (default forward)")
      ->group("Graphs")
      ->type_name("NAME");
  add_input_options(*command, flags->inputs);
  add_run_options(*command, flags->run, &flags->executor);
  add_inputs_python_option(*command, flags->run);
  add_report_options(*command, flags->report);
  command->callback([flags, &selected] {
    flags->sections.code = flags->options.with_code;
    flags->report.sections = flags->sections;
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run,
                          [&](Run& run) { return inspect_file(run, *flags); });
    };
  });
}

}  // namespace tsctl
