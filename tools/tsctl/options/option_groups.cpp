#include "options/option_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "options/help_group.h"
#include "options/limit_options.h"
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
  const HelpGroup group(command, "Report");
  const auto add = [&group](const char* flag, std::string& target, const std::string& what) {
    group.option(flag, "FILE", target, "Write " + what + " to this file; - for standard output");
  };
  add("--json", options.json, "the report as JSON");
  add("--csv", options.csv, "the main table as CSV");
  add("--html", options.html, "the report as an HTML page with plots");
  add("--markdown", options.markdown, "the result as Markdown, for a pull request,");
}

void add_volume_options(CLI::App& command, ReportOptions& options) {
  const HelpGroup group(command, "Report");
  group.flag("-q,--quiet", options.quiet, "Print only the result line and errors");
  group.flag("-v,--verbose", options.verbose, "Print details: every comparison, every pass");
  group.flag("--no-progress", options.no_progress,
             "Print the result and warnings, but no steps and no progress bar");
}

void add_report_options(CLI::App& command, ReportOptions& options) {
  add_report_files(command, options);
  const HelpGroup group(command, "Report");
  group
      .repeatable(
          "--tag", "KEY=VALUE", options.tags,
          "Add a tag to the report; it overrides the value from the CI system: commit=1a2b3c")
      ->check(checked([](const std::string& text) {
        return is_tag(text) ? std::string() : "'" + text + "' is not KEY=VALUE";
      }));
  group.flag("--no-host", options.no_host, "Leave the name of this machine out of the report");
  add_volume_options(command, options);
}

void add_run_options(CLI::App& command, RunOptions& options) {
  const HelpGroup group(command, "Running");
  group.option("--device", "DEVICE", options.device, "cpu, cuda or cuda:N (default cpu)");
  group
      .option("--threads", "N", options.threads,
              "Number of threads (default: the cores that this process may use)")
      ->check(CLI::Range(1, kMostThreads));
  group.choice<Executor>(
      "--executor", options.executor,
      "How LibTorch runs graphs: default, static (no specialization) or unoptimized");
  group.repeatable("--op-lib", "FILE", options.op_libs,
                   "A shared library that registers operators of the model");
  add_limit_options(command, options);
}

void add_method_option(CLI::App& command, std::string& method) {
  const HelpGroup group(command, HelpGroup::kNoHeading);
  group.option("--method", "NAME", method, "The method to run of each file (default forward)");
}

void add_source_options(CLI::App& command, SourceFlags& flags, RunOptions& run) {
  const HelpGroup group(command, "Source");
  group.option("--kwargs", "JSON", flags.kwargs,
               "Keyword arguments for SOURCE's class or function, as a JSON object");
  group.option("--weights", "FILE|FOLDER", flags.weights,
               "Load these weights into the module: .safetensors, a state dict, or a folder of "
               "shards or of a transformers model");
  group.option("--python", "PATH", run.python,
               "The Python whose packages the model needs (default: TSCTL_PYTHON)");
}

void add_input_options(CLI::App& command, InputFlags& flags) {
  const HelpGroup group(command, "Inputs");
  group.repeatable("--input", "SPEC", flags.specs,
                   "One input: [NAME:]SHAPE[:DTYPE][@LO..HI], such as 1x3x224x224");
  group.repeatable("--dim", "NAME=V,…", flags.dims, "Values of a dimension in a SHAPE: B=1,8,32");
  group.repeatable("--bench-dim", "NAME=V", flags.bench_dims,
                   "The value to time (default: the first): B=8");
  group.option("--batch-dim", "NAME", flags.batch_dim,
               "The dimension whose size a throughput counts as items (default B)");
  group.option("--inputs", "FILE", flags.file,
               "Real inputs: .npz, .safetensors or file.py:function");
  group.option("--seed", "N", flags.seed, "Seed for drawn inputs and weights (default 0)")
      ->check(checked([](const std::string& text) {
        const bool digits =
            !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : "'" + text + "' is not a whole number of 0 or more";
      }));
}

void add_inputs_python_option(CLI::App& command, RunOptions& options) {
  HelpGroup(command, "Running")
      .option("--python", "PATH", options.python,
              "The Python that reads --inputs (default: TSCTL_PYTHON)");
}

void add_tolerance_options(CLI::App& command, ToleranceFlags& flags) {
  const HelpGroup group(command, "Comparison");
  group.repeatable("--rtol", "V", flags.rtol,
                   "Tolerance relative to the largest reference value: [OUTPUT:]V");
  group.repeatable("--atol", "V", flags.atol,
                   "Absolute tolerance, added to the relative one: [OUTPUT:]V (default 0)");
  group.flag("--equal-nan", flags.equal_nan, "Treat NaN as equal to NaN");
}

void add_output_options(CLI::App& command, OutputFlags& flags, bool keeps_failed) {
  const HelpGroup group(command, HelpGroup::kNoHeading);
  group.option("-o,--output", "OUT.pt", flags.output, "The TorchScript file to write")
      ->required()
      ->check(checked([](const std::string& text) {
        return std::string(text.empty() ? "the file has no name" : "");
      }));
  group.repeatable("--extra", "NAME=…", flags.extra,
                   "Store metadata in the file: NAME=TEXT or NAME=@FILE");
  group.flag("--strip-debug", flags.strip_debug,
             "Leave out the debug records, which map the code to lines of Python");
  if (keeps_failed) {
    group.flag("--keep-failed", flags.keep_failed,
               "Keep a file that failed a check, as OUT.pt.failed");
  }
}

void add_pass_options(CLI::App& command, PassFlags& flags) {
  const HelpGroup group(command, "Passes");
  group.repeatable("--preserve", "NAME", flags.preserve,
                   "Keep this method or attribute in addition to forward");
  group.repeatable("--disable-pass", "PASS", flags.disabled,
                   "Do not run this pass (--list-passes lists them)");
  group.repeatable(
      "--only-pass", "PASS", flags.only,
      "Run only the passes given with this flag, and the passes of freeze that they need");
  group.repeatable("--print-ir-before", "PASS", flags.print_ir_before,
                   "Print the graph to stderr before each run of this pass");
  group.repeatable("--print-ir-after", "PASS", flags.print_ir_after,
                   "Print the graph to stderr after each run of this pass");
}

void add_packing_options(CLI::App& command, PassFlags& flags) {
  const HelpGroup passes(command, "Passes");
  passes.choice<KernelChoice>("--kernels", flags.kernels,
                              "Which kernels packed layers run: auto (default; the fastest, timed "
                              "when the file is loaded), fixed (the fastest on this host, now), "
                              "mkl or onednn");
  passes.flag("--no-pack{false}", flags.pack,
              "Do not pack weights: leave out pack_linear, pack_lstm, pack_gru and pack_conv");
  passes.flag("--keep-heap,!--no-keep-heap", flags.keep_heap,
              "Make glibc keep freed memory in a process that loads the file (default: as the "
              "input file does)");
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
