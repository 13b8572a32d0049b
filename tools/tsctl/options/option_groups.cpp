#include "options/option_groups.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>

#include "tsctl/core/base/did_you_mean.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/core/pass_list.h"
#include "tsctl/core/stats/launch_plan.h"

namespace tsctl {

namespace {

// A check whose function returns what is wrong with a value, or "".
CLI::Validator checked(const std::function<std::string(const std::string&)>& fault) {
  return CLI::Validator([fault](std::string& text) { return fault(text); }, "");
}

}  // namespace

CLI::Validator positive_number() {
  return checked([](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool read = end != text.c_str() && *end == '\0';
    return read && value > 0 && std::isfinite(value) ? std::string()
                                                     : "'" + text + "' is not a number above 0";
  });
}

CLI::Option* add_repeatable(CLI::App& command, const std::string& flag,
                            std::vector<std::string>& target, const std::string& help) {
  return command.add_option(flag, target, help)->allow_extra_args(false)->take_all();
}

CLI::Option* add_positional(CLI::App& command, const std::string& name, std::string& target,
                            const std::string& help) {
  return command.add_option(name, target, help)->required();
}

void add_report_options(CLI::App& command, ReportOptions& options) {
  command
      .add_option("--json", options.json,
                  "Write the report as JSON to this file; - for standard output")
      ->group("Report")
      ->type_name("FILE");
  command
      .add_option("--csv", options.csv,
                  "Write the main table as CSV to this file; - for standard output")
      ->group("Report")
      ->type_name("FILE");
  command
      .add_option("--html", options.html,
                  "Write the report as an HTML page with plots to this file")
      ->group("Report")
      ->type_name("FILE");
  command.add_flag("-q,--quiet", options.quiet, "Print nothing but errors")->group("Report");
  command.add_flag("-v,--verbose", options.verbose, "Print every comparison and every pass")
      ->group("Report");
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

void add_bench_options(CLI::App& command, BenchFlags& flags) {
  BenchOptions& options = flags.options;
  command
      .add_option("--budget", flags.budget,
                  "Longest time to measure: 60, 60s or 2min (default 15s)")
      ->group("Measuring")
      ->type_name("TIME");
  command
      .add_option("--precision", flags.precision,
                  "End when the interval has this half-width (default 0.5%)")
      ->group("Measuring")
      ->type_name("FRACTION");
  command
      .add_option("--margin", flags.margin,
                  "Ratios within this distance of 1 are equivalent (default 1%)")
      ->group("Measuring")
      ->type_name("FRACTION");
  command
      .add_option("--max-pairs", options.max_pairs,
                  "End after this many rounds over all launches (default: limited by the budget)")
      ->group("Measuring")
      ->type_name("N");
  command
      .add_option("--launches", options.min_launches,
                  "Minimum number of launches of each arm (default 5)")
      ->group("Measuring")
      ->check(CLI::Range(2, 1000))
      ->type_name("N");
  command
      .add_flag("--require-conclusive", options.require_conclusive,
                "Exit 6 when a verdict is inconclusive")
      ->group("Measuring");
  command
      .add_flag("--require-quiet", options.require_quiet,
                "Refuse to measure (exit 7) on a host that is busy with other work")
      ->group("Measuring");
  command
      .add_option("--samples", flags.samples,
                  "Write the time of every call to this file as JSON lines")
      ->group("Measuring")
      ->type_name("FILE");
  command
      .add_option(
          "--allocator", flags.allocator,
          "The arms' allocator: system, keep (freed memory stays in the process), or a library "
          "to preload")
      ->group("Measuring")
      ->type_name("NAME|PATH");
}

double fraction_from(const std::string& text, const std::string& flag) {
  std::istringstream stream(text);
  double value = 0.0;
  std::string unit;
  stream >> value;
  const bool read = !stream.fail();
  stream >> unit;
  std::string rest;
  if (stream >> rest) unit += " " + rest;
  if (!read || value < 0 || !std::isfinite(value) || (!unit.empty() && unit != "%")) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}' is not a fraction", flag, text),
                "write 2% or 0.02");
  }
  return unit == "%" ? value / 100.0 : value;
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
  InputPlan plan{
      .specs = flags.specs, .dims = flags.dims, .file = flags.file, .seed = flags.seed.value_or(0)};
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

namespace {

constexpr double kFinestPrecision = 1e-5;
constexpr auto kFewestPairsOfLaunch = static_cast<std::int64_t>(kMinRounds);

double seconds_from(const std::string& text, const std::string& flag) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, value);
  const std::string unit(rest, end);
  const double scale = unit.empty() || unit == "s" ? 1.0
                       : unit == "ms"              ? 1e-3
                       : unit == "min"             ? 60.0
                                                   : 0.0;
  if (code != std::errc{} || scale == 0.0 || !(value > 0.0) || !std::isfinite(value)) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}' is not a time above 0", flag, text),
                "write 60, 60s or 2min");
  }
  return value * scale;
}

// system, keep, or a file.
void require_allocator(const std::string& allocator) {
  if (allocator == "system" || allocator == "keep") return;
  if (allocator.find('/') == std::string::npos) {
    throw Error(ErrorKind::usage,
                fmt::format("--allocator '{}' is neither system nor keep", allocator),
                "give the path of a library: --allocator /usr/lib/libjemalloc.so.2");
  }
  if (!std::filesystem::is_regular_file(allocator)) {
    throw Error(ErrorKind::input,
                fmt::format("the library '{}' of --allocator is not a file", allocator),
                "check the path, or use --allocator keep, which needs no library");
  }
}

}  // namespace

BenchOptions bench_options_from(const BenchFlags& flags, std::uint64_t seed) {
  BenchOptions options = flags.options;
  options.seed = seed;
  if (!flags.budget.empty()) options.budget_s = seconds_from(flags.budget, "--budget");
  if (!flags.precision.empty()) {
    options.precision = fraction_from(flags.precision, "--precision");
    if (options.precision < kFinestPrecision || options.precision > 1.0) {
      throw Error(ErrorKind::usage,
                  fmt::format("--precision '{}' is out of range", flags.precision),
                  "write a fraction from 0.001% to 100%, such as 0.5%");
    }
  }
  if (!flags.margin.empty()) {
    options.margin = fraction_from(flags.margin, "--margin");
    if (options.margin > 1.0) {
      throw Error(ErrorKind::usage, fmt::format("--margin '{}' is out of range", flags.margin),
                  "write a fraction from 0 to 100%, such as 1%");
    }
  }
  if (options.max_pairs && *options.max_pairs < kFewestPairsOfLaunch * options.min_launches) {
    throw Error(ErrorKind::usage,
                fmt::format("--max-pairs {} is too few for {} launches", *options.max_pairs,
                            options.min_launches),
                fmt::format("each launch needs {}: give at least {}", kFewestPairsOfLaunch,
                            kFewestPairsOfLaunch * options.min_launches));
  }
  require_allocator(flags.allocator);
  if (!flags.max_regress.empty()) {
    options.max_regress = fraction_from(flags.max_regress, "--max-regress");
    // No gate allows an arm to be twice as slow; 2 was probably meant as 2%.
    if (*options.max_regress >= 1.0 && flags.max_regress.find('%') == std::string::npos) {
      throw Error(
          ErrorKind::usage,
          fmt::format("--max-regress '{}' would mean {}00%", flags.max_regress, flags.max_regress),
          fmt::format("write {}% for a percentage, or a fraction such as 0.02", flags.max_regress));
    }
  }
  return options;
}

void require_known_passes(const std::vector<std::string>& names, const std::string& flag) {
  std::vector<std::string> known;
  for (const PassInfo& pass : kPasses) known.emplace_back(pass.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string closest = closest_name(name, known);
    throw Error(ErrorKind::usage, fmt::format("there is no pass '{}' ({})", name, flag),
                (closest.empty() ? "" : "did you mean " + closest + "? ") +
                    std::string("--list-passes lists them all"));
  }
}

}  // namespace tsctl
