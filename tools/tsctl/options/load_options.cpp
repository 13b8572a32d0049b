#include "options/load_options.h"

#include <fmt/format.h>

#include <cmath>

#include "options/help_group.h"
#include "options/numbers.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

namespace {

constexpr int kMostConcurrency = 256;
constexpr int kMostInstances = 64;
constexpr double kHighestRate = 1e6;
// A verdict needs at least this many offered calls of each arm within the budget.
constexpr double kFewestCalls = 60.0;

double rate_from(const std::string& text) {
  const Quantity rate = quantity_from(text).value_or(Quantity{});
  const bool known = rate.unit.empty() || rate.unit == "/s";
  if (!known || rate.value <= 0.0 || rate.value > kHighestRate) {
    throw Error(ErrorKind::usage,
                fmt::format("--rate '{}' is not a number of calls per second", text),
                "write 200 or 200/s, at most a million");
  }
  return rate.value;
}

}  // namespace

void add_load_options(CLI::App& command, LoadFlags& flags) {
  const HelpGroup group(command, "Load");
  group.option("--rate", "Q", flags.rate,
               "Open loop: offer this many calls per second, and measure latency from the time "
               "each was due");
  group.choice<Arrivals>("--arrivals", flags.arrivals,
                         "Arrivals of --rate: poisson (default, drawn from the seed) or constant");
  group
      .option("--concurrency", "N", flags.concurrency,
              "The most calls in flight in one process (default 1)")
      ->check(CLI::Range(1, kMostConcurrency));
  group
      .option("--instances", "N", flags.instances,
              "Processes of each arm that run at the same time (default 1)")
      ->check(CLI::Range(1, kMostInstances));
  group.option("--shape-sequence", "SPEC", flags.sequence,
               "Order of the input sets in each launch: sets, shuffle or B=1,8,1,32");
}

LoadPlan load_plan_from(const LoadFlags& flags, const BenchOptions& options, std::size_t arms) {
  LoadPlan plan{.concurrency = flags.concurrency, .instances = flags.instances};
  plan.arrivals = flags.arrivals.value_or(plan.arrivals);
  if (flags.rate.empty()) {
    if (flags.arrivals) {
      throw Error(ErrorKind::usage,
                  "--arrivals needs --rate: calls of a closed loop have no arrival times",
                  "give the number of calls per second: --rate 200");
    }
    return plan;
  }
  plan.rate_per_s = rate_from(flags.rate);
  const double calls = *plan.rate_per_s * options.budget_s / static_cast<double>(arms);
  if (calls < kFewestCalls) {
    const double needed_s = kFewestCalls * static_cast<double>(arms) / *plan.rate_per_s;
    throw Error(ErrorKind::usage,
                fmt::format("--rate '{}' offers too few calls within the budget to compare arms",
                            flags.rate),
                "raise --rate, or measure for longer: --budget " +
                    std::to_string(static_cast<long>(std::ceil(needed_s))) + "s");
  }
  return plan;
}

std::vector<Warning> oversubscribed(const std::vector<BenchArm>& arms, const LoadPlan& plan,
                                    int cores) {
  std::vector<Warning> warnings;
  const int calls = plan.concurrency * plan.instances;
  for (const BenchArm& arm : arms) {
    const int threads = arm.request.settings.threads;
    if (calls == 1 || arm.request.device != "cpu" || threads * calls <= cores) continue;
    warnings.push_back(
        {WarningCode::oversubscribed,
         fmt::format("'{}' runs up to {} calls of {} at once on {}: its latencies include "
                     "the wait for a core; lower --threads",
                     arm.request.label, calls, counted(threads, "thread"),
                     counted(cores, "core"))});
  }
  return warnings;
}

}  // namespace tsctl
