#include "load_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "tsctl/core/did_you_mean.h"
#include "tsctl/core/error.h"
#include "tsctl/core/input_spec.h"

namespace tsctl {

namespace {

constexpr int kMostConcurrency = 256;
constexpr int kMostInstances = 64;
constexpr double kHighestRate = 1e6;
// Calls that have to be offered to each arm within the budget, for a verdict to be possible.
constexpr double kFewestCalls = 60.0;
constexpr std::size_t kTimesOver = 3;

double rate_from(const std::string& text) {
  double rate = 0.0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, rate);
  const std::string unit(rest, end);
  if (code != std::errc{} || (!unit.empty() && unit != "/s") || !(rate > 0.0) ||
      !(rate <= kHighestRate)) {
    throw Error(ErrorKind::usage, "--rate '" + text + "' is not a number of calls a second",
                "write 200 or 200/s, a million at the most");
  }
  return rate;
}

// The set in which the dimension has that value, and the others are as --bench-dim or their first value says.
std::size_t set_with(const std::string& text, const DimSpec& wanted, const ModelInputs& inputs) {
  std::vector<InputSpec> specs;
  for (const std::string& spec : inputs.plan.specs) specs.push_back(input_spec_from_text(spec));
  std::vector<DimSpec> dims;
  for (const std::string& dim : inputs.plan.dims) dims.push_back(dim_spec_from_text(dim));
  const auto declared = std::find_if(dims.begin(), dims.end(),
                                     [&](const DimSpec& dim) { return dim.name == wanted.name; });
  const std::string flag = "--shape-sequence '" + text + "': ";
  if (declared == dims.end()) {
    throw Error(ErrorKind::usage, flag + "there is no --dim " + wanted.name,
                "give its values with --dim " + wanted.name + "=V1,V2,…");
  }
  const std::vector<std::int64_t>& values = declared->values;
  if (std::find(values.begin(), values.end(), wanted.values.front()) == values.end()) {
    throw Error(ErrorKind::usage,
                flag + "--dim " + wanted.name + " does not have the value " +
                    std::to_string(wanted.values.front()),
                "only sets of --dim exist: choose among its values, or add this one to it");
  }
  std::vector<DimSpec> chosen = bench_dims_from_text(inputs.plan.bench_dims);
  std::erase_if(chosen, [&](const DimSpec& dim) { return dim.name == wanted.name; });
  chosen.push_back(wanted);
  return bench_set_index(specs, dims, chosen);
}

// "B=1,8,1,32"; unlike in --dim, a value may come again.
std::vector<std::size_t> listed_sets(const std::string& text, const ModelInputs& inputs) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    const std::string closest = closest_name(text, {"sets", "shuffle"});
    throw Error(ErrorKind::usage, "--shape-sequence '" + text + "' is no sequence of input sets",
                closest.empty() ? "write sets, shuffle, or the values of a dimension: B=1,8,1,32"
                                : "did you mean " + closest + "?");
  }
  std::vector<std::size_t> order;
  for (std::size_t from = equals + 1; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string one = text.substr(0, equals + 1) + text.substr(from, comma - from);
    order.push_back(set_with(text, dim_spec_from_text(one, "--shape-sequence"), inputs));
    from = comma + 1;
  }
  return order;
}

// std::shuffle differs from one standard library to the next.
void shuffle(std::vector<std::size_t>& order, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

}  // namespace

void add_load_options(CLI::App& command, LoadFlags& flags) {
  command
      .add_option("--rate", flags.rate,
                  "Open loop: offer this many calls a second, and count latency from when each was "
                  "due")
      ->group("Load")
      ->type_name("Q");
  command
      .add_option("--arrivals", flags.arrivals,
                  "Of --rate: poisson (default, drawn from the seed) or constant")
      ->group("Load")
      ->check(CLI::IsMember({"poisson", "constant"}))
      ->type_name("NAME");
  command
      .add_option("--concurrency", flags.concurrency,
                  "Calls in flight in one process at most (default 1)")
      ->group("Load")
      ->check(CLI::Range(1, kMostConcurrency))
      ->type_name("N");
  command
      .add_option("--instances", flags.instances,
                  "Processes of each arm that run at the same time (default 1)")
      ->group("Load")
      ->check(CLI::Range(1, kMostInstances))
      ->type_name("N");
  command
      .add_option("--shape-sequence", flags.sequence,
                  "Call the input sets in turns after each start: sets, shuffle or B=1,8,1,32")
      ->group("Load")
      ->type_name("SPEC");
}

LoadPlan load_plan_from(const LoadFlags& flags, const BenchOptions& options, std::size_t arms) {
  LoadPlan plan{.concurrency = flags.concurrency, .instances = flags.instances};
  if (!flags.arrivals.empty()) plan.arrivals = flags.arrivals;
  if (flags.rate.empty()) {
    if (!flags.arrivals.empty()) {
      throw Error(ErrorKind::usage,
                  "--arrivals without --rate: calls that wait for each other do "
                  "not arrive",
                  "say how many calls a second are offered: --rate 200");
    }
    return plan;
  }
  plan.rate_per_s = rate_from(flags.rate);
  const double calls = *plan.rate_per_s * options.budget_s / static_cast<double>(arms);
  if (calls < kFewestCalls) {
    const double needed_s = kFewestCalls * static_cast<double>(arms) / *plan.rate_per_s;
    throw Error(ErrorKind::usage,
                "--rate '" + flags.rate +
                    "' offers too few calls within the budget to compare "
                    "arms by",
                "raise --rate, or measure for longer: --budget " +
                    std::to_string(static_cast<long>(std::ceil(needed_s))) + "s");
  }
  return plan;
}

std::vector<std::size_t> sequence_from(const std::string& text, const ModelInputs& inputs,
                                       std::size_t sets) {
  if (text.empty()) return {};
  if (text != "sets" && text != "shuffle") return listed_sets(text, inputs);
  if (sets < 2) {
    throw Error(ErrorKind::usage, "--shape-sequence " + text + ": there is only one input set",
                "give a dimension several values: --input Bx784 --dim B=1,8,32");
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < kTimesOver * sets; ++i) order.push_back(i % sets);
  if (text == "shuffle") shuffle(order, inputs.plan.seed);
  return order;
}

std::vector<Warning> oversubscribed(const std::vector<BenchArm>& arms, const LoadPlan& plan,
                                    int cores) {
  std::vector<Warning> warnings;
  for (const BenchArm& arm : arms) {
    const int calls = plan.concurrency * plan.instances;
    if (calls == 1 || arm.request.device != "cpu" || arm.request.threads * calls <= cores) continue;
    warnings.push_back(
        {"oversubscribed",
         "'" + arm.request.label + "' runs up to " + std::to_string(calls) + " calls of " +
             std::to_string(arm.request.threads) +
             (arm.request.threads == 1 ? " thread" : " threads") + " at once on " +
             std::to_string(cores) + (cores == 1 ? " core" : " cores") +
             ": its latencies hold the wait for a core; --threads makes them fewer"});
  }
  return warnings;
}

}  // namespace tsctl
