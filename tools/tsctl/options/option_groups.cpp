#include "options/option_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "options/numbers.h"
#include "session/run_facts.h"
#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/core/pass_list.h"

namespace tsctl {

CLI::Option* add_repeatable(CLI::App& command, const std::string& flag,
                            std::vector<std::string>& target, const std::string& help) {
  return command.add_option(flag, target, help)->allow_extra_args(false)->take_all();
}

CLI::Option* add_positional(CLI::App& command, const std::string& name, std::string& target,
                            const std::string& help) {
  return command.add_option(name, target, help)->required();
}

void add_report_files(CLI::App& command, ReportOptions& options) {
  const auto add = [&command](const char* flag, std::string& target, const std::string& what) {
    command.add_option(flag, target, "Write " + what + " to this file; - for standard output")
        ->group("Report")
        ->type_name("FILE");
  };
  add("--json", options.json, "the report as JSON");
  add("--csv", options.csv, "the main table as CSV");
  add("--html", options.html, "the report as an HTML page with plots");
  add("--markdown", options.markdown, "the result as Markdown, for a pull request,");
}

void add_volume_options(CLI::App& command, ReportOptions& options) {
  command.add_flag("-q,--quiet", options.quiet, "Print only the result line and errors")
      ->group("Report");
  command.add_flag("-v,--verbose", options.verbose, "Print details: every comparison, every pass")
      ->group("Report");
  command
      .add_flag("--no-progress", options.no_progress,
                "Print the result and warnings, but no progress and no bar")
      ->group("Report");
}

void add_report_options(CLI::App& command, ReportOptions& options) {
  add_report_files(command, options);
  add_repeatable(command, "--tag", options.tags,
                 "Add this to the report, in place of a value from the CI system: commit=1a2b3c")
      ->group("Report")
      ->check(checked([](const std::string& text) {
        return is_tag(text) ? std::string() : "'" + text + "' is not KEY=VALUE";
      }))
      ->type_name("KEY=VALUE");
  command
      .add_flag("--no-host", options.no_host, "Leave the name of this machine out of the report")
      ->group("Report");
  add_volume_options(command, options);
}

void add_run_options(CLI::App& command, RunOptions& options) {
  command.add_option("--device", options.device, "cpu, cuda or cuda:N (default cpu)")
      ->group("Running")
      ->type_name("DEVICE");
  command
      .add_option("--threads", options.threads,
                  "Threads (default: the cores that this process may use)")
      ->group("Running")
      ->check(CLI::Range(1, kMostThreads))
      ->type_name("N");
  command
      .add_option("--timeout", options.timeout_s,
                  "Time-out of each step in seconds (default: none)")
      ->group("Running")
      ->check(positive_number())
      ->type_name("SECONDS");
  add_choice<Executor>(
      command, "--executor", options.executor,
      "How LibTorch runs graphs: default, static (no specialization) or unoptimized")
      ->group("Running");
}

void add_source_options(CLI::App& command, SourceFlags& flags, RunOptions& run) {
  command
      .add_option("--kwargs", flags.kwargs,
                  "Keyword arguments for SOURCE's class or function, as a JSON object")
      ->group("Source")
      ->type_name("JSON");
  command
      .add_option("--weights", flags.weights,
                  "Load these weights into the module: .safetensors, a state dict, or a folder of "
                  "shards or of a transformers model")
      ->group("Source")
      ->type_name("FILE|FOLDER");
  command
      .add_option("--python", run.python,
                  "The Python whose packages the model needs (default: TSCTL_PYTHON)")
      ->group("Source")
      ->type_name("PATH");
}

void add_input_options(CLI::App& command, InputFlags& flags) {
  add_repeatable(command, "--input", flags.specs,
                 "One input: [NAME:]SHAPE[:DTYPE][@LO..HI], such as 1x3x224x224")
      ->group("Inputs")
      ->type_name("SPEC");
  add_repeatable(command, "--dim", flags.dims, "Values of a dimension in a SHAPE: B=1,8,32")
      ->group("Inputs")
      ->type_name("NAME=V,…");
  add_repeatable(command, "--bench-dim", flags.bench_dims,
                 "The value to time (default: the first): B=8")
      ->group("Inputs")
      ->type_name("NAME=V");
  command
      .add_option("--batch-dim", flags.batch_dim,
                  "The dimension whose size a throughput counts as items (default B)")
      ->group("Inputs")
      ->type_name("NAME");
  command.add_option("--inputs", flags.file, "Real inputs: .npz, .safetensors or file.py:function")
      ->group("Inputs")
      ->type_name("FILE");
  command.add_option("--seed", flags.seed, "Seed for drawn inputs and weights (default 0)")
      ->group("Inputs")
      ->check(checked([](const std::string& text) {
        const bool digits =
            !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : "'" + text + "' is not a whole number of 0 or more";
      }))
      ->type_name("N");
}

void add_inputs_python_option(CLI::App& command, RunOptions& options) {
  command
      .add_option("--python", options.python,
                  "The Python that reads --inputs (default: TSCTL_PYTHON)")
      ->group("Running")
      ->type_name("PATH");
}

void add_tolerance_options(CLI::App& command, ToleranceFlags& flags) {
  add_repeatable(command, "--rtol", flags.rtol,
                 "Tolerance relative to the largest reference value: [OUTPUT:]V")
      ->group("Comparison")
      ->type_name("V");
  add_repeatable(command, "--atol", flags.atol,
                 "Absolute tolerance, added to the relative one: [OUTPUT:]V (default 0)")
      ->group("Comparison")
      ->type_name("V");
  command.add_flag("--equal-nan", flags.equal_nan, "Treat NaN as equal to NaN")
      ->group("Comparison");
}

void add_output_options(CLI::App& command, OutputFlags& flags, bool keeps_failed) {
  command.add_option("-o,--output", flags.output, "The TorchScript file to write")
      ->required()
      ->check(checked([](const std::string& text) {
        return std::string(text.empty() ? "the file has no name" : "");
      }))
      ->type_name("OUT.pt");
  add_repeatable(command, "--extra", flags.extra,
                 "Store metadata in the file: NAME=TEXT or NAME=@FILE")
      ->type_name("NAME=…");
  if (keeps_failed) {
    command.add_flag("--keep-failed", flags.keep_failed,
                     "Keep a file that failed a check, as OUT.pt.failed");
  }
}

void add_pass_options(CLI::App& command, PassFlags& flags) {
  add_repeatable(command, "--preserve", flags.preserve,
                 "Keep this method or attribute in addition to forward")
      ->group("Passes")
      ->type_name("NAME");
  add_repeatable(command, "--disable-pass", flags.disabled,
                 "Do not run this pass (--list-passes lists them)")
      ->group("Passes")
      ->type_name("PASS");
  add_repeatable(
      command, "--only-pass", flags.only,
      "Run only the passes given with this flag, and the passes of freeze that they need")
      ->group("Passes")
      ->type_name("PASS");
  add_repeatable(command, "--print-ir-before", flags.print_ir_before,
                 "Print the graph to stderr before each run of this pass")
      ->group("Passes")
      ->type_name("PASS");
  add_repeatable(command, "--print-ir-after", flags.print_ir_after,
                 "Print the graph to stderr after each run of this pass")
      ->group("Passes")
      ->type_name("PASS");
}

void add_packing_options(CLI::App& command, PassFlags& flags) {
  add_choice<KernelChoice>(command, "--kernels", flags.kernels,
                           "Which kernels packed layers run: auto (default; the fastest, timed "
                           "when the file is loaded), fixed (the fastest on this host, now), mkl "
                           "or onednn")
      ->group("Passes");
  command
      .add_flag("--no-pack{false}", flags.pack,
                "Do not pack weights: leave out pack_linear, pack_lstm and pack_conv")
      ->group("Passes");
}

ToleranceOptions tolerance_from(const ToleranceFlags& flags) {
  ToleranceOptions options{.equal_nan = flags.equal_nan};
  for (const std::string& text : flags.rtol)
    options.rtol.push_back(tolerance_override_from_text(text, "--rtol"));
  for (const std::string& text : flags.atol)
    options.atol.push_back(tolerance_override_from_text(text, "--atol"));
  return options;
}

InputPlan input_plan_from(const InputFlags& flags) {
  InputPlan plan{.specs = flags.specs,
                 .dims = flags.dims,
                 .batch_dim = flags.batch_dim,
                 .file = flags.file,
                 .seed = flags.seed.value_or(0)};
  for (const std::string& text : flags.bench_dims)
    plan.bench_dims += (plan.bench_dims.empty() ? "" : ",") + text;
  if (!plan.specs.empty() && !plan.file.empty()) {
    throw Error(ErrorKind::usage, "--input and --inputs cannot be given together",
                "give one of them");
  }
  return plan;
}

SourceSpec source_from(const std::string& text, const SourceFlags& flags) {
  SourceSpec source = source_from_text(text);
  source.kwargs_json = flags.kwargs;
  source.weights = flags.weights;
  return source;
}

void require_known_passes(const std::vector<std::string>& names, const std::string& flag) {
  std::vector<std::string> known;
  for (const PassInfo& pass : kPasses) known.emplace_back(pass.name);
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string closest = closest_name(name, known);
    throw Error(ErrorKind::usage, fmt::format("there is no pass '{}' ({})", name, flag),
                (closest.empty() ? "" : "did you mean " + closest + "? ") +
                    std::string("--list-passes lists them all"));
  }
}

}  // namespace tsctl
