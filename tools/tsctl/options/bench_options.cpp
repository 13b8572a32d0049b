#include "options/bench_options.h"

#include <fmt/format.h>

#include <filesystem>

#include "options/help_group.h"
#include "options/numbers.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/stats/launch_plan.h"

namespace tsctl {

namespace {

constexpr const char* kGroup = "Measuring";
constexpr double kFinestPrecision = 1e-5;
constexpr auto kFewestPairsOfLaunch = static_cast<std::int64_t>(kMinRounds);

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

double precision_from(const std::string& text) {
  const double precision = fraction_from(text, "--precision");
  if (precision >= kFinestPrecision && precision <= 1.0) return precision;
  throw Error(ErrorKind::usage, fmt::format("--precision '{}' is out of range", text),
              "write a fraction from 0.001% to 100%, such as 0.5%");
}

double margin_from(const std::string& text) {
  const double margin = fraction_from(text, "--margin");
  if (margin <= 1.0) return margin;
  throw Error(ErrorKind::usage, fmt::format("--margin '{}' is out of range", text),
              "write a fraction from 0 to 100%, such as 1%");
}

double max_regress_from(const std::string& text) {
  const double fraction = fraction_from(text, "--max-regress");
  // No gate allows an arm to be twice as slow; 2 was probably meant as 2%.
  if (fraction < 1.0 || text.find('%') != std::string::npos) return fraction;
  throw Error(ErrorKind::usage,
              fmt::format("--max-regress '{}' would mean {:g}%", text, 100.0 * fraction),
              fmt::format("write {}% for a percentage, or a fraction such as 0.02", text));
}

}  // namespace

void add_bench_options(CLI::App& command, BenchFlags& flags) {
  BenchOptions& options = flags.options;
  const HelpGroup group(command, kGroup);
  const HelpGroup advanced(command, "Advanced");
  group.option("--budget", "TIME", flags.budget,
               "Longest time to measure: 60, 60s or 2min (default 15s)");
  advanced.option("--precision", "FRACTION", flags.precision,
                  "End when the interval has this half-width (default 0.5%)");
  group.option("--margin", "FRACTION", flags.margin,
               "Ratios within this distance of 1 are equivalent (default 1%)");
  advanced.option("--max-pairs", "N", options.max_pairs,
                  "End after this many rounds over all launches (default: limited by the budget)");
  advanced
      .option("--launches", "N", options.min_launches,
              "Minimum number of launches of each arm (default 5)")
      ->check(CLI::Range(2, 1000));
  group.choice<WaitPolicy>("--wait-policy", options.wait_policy,
                           "How the threads of a model wait for one another: auto (default), "
                           "active (they spin) or passive (they sleep)");
  group.flag("--allow-undecided", options.allow_undecided,
             "Exit 0 instead of 6 when a gate could not be decided");
  advanced.flag("--require-conclusive", options.require_conclusive,
                "Exit 6 when a verdict is inconclusive");
  group.flag("--require-quiet", options.require_quiet,
             "Refuse to measure (exit 9) on a host that is busy with other work");
  advanced.option("--samples", "FILE", flags.samples,
                  "Write the time of every call to this file as JSON lines");
  advanced.option("--allocator", "NAME|PATH", flags.allocator,
                  "The arms' allocator: system, keep (freed memory stays in the process), or a "
                  "library to preload");
}

void add_max_regress_option(CLI::App& command, BenchFlags& flags) {
  HelpGroup(command, kGroup)
      .option("--max-regress", "P", flags.max_regress,
              "Exit 8 if an arm is slower than the baseline by more than this: 2%");
}

void add_require_speedup_option(CLI::App& command, BenchFlags& flags) {
  HelpGroup(command, kGroup)
      .option("--require-speedup", "R", flags.options.require_speedup,
              "Exit 8 unless the optimized file is proven at least this many times as fast as "
              "eager mode")
      ->check(positive_number());
}

BenchOptions bench_options_from(const BenchFlags& flags, std::uint64_t seed) {
  BenchOptions options = flags.options;
  options.seed = seed;
  if (!flags.budget.empty()) options.budget_s = seconds_from(flags.budget, "--budget");
  if (!flags.precision.empty()) options.precision = precision_from(flags.precision);
  if (!flags.margin.empty()) options.margin = margin_from(flags.margin);
  if (options.max_pairs && *options.max_pairs < kFewestPairsOfLaunch * options.min_launches) {
    throw Error(ErrorKind::usage,
                fmt::format("--max-pairs {} is too few for {} launches", *options.max_pairs,
                            options.min_launches),
                fmt::format("each launch needs {}: give at least {}", kFewestPairsOfLaunch,
                            kFewestPairsOfLaunch * options.min_launches));
  }
  require_allocator(flags.allocator);
  if (!flags.max_regress.empty()) options.max_regress = max_regress_from(flags.max_regress);
  return options;
}

}  // namespace tsctl
